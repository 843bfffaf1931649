/** The scalar of a training that is shown above its steps. */

import {
  type AlongSteps,
  alongSteps,
  countedByRecord,
  countedByScalar,
} from "../numbers/along_steps";
import type { State } from "../state/state";
import type { Header, Series, Step, TrainingScalar } from "./api";
import { type Answer, andThen, failed, ready } from "./queries";
import { chosenRecord, chosenRun, chosenSeries, present } from "./records";
import { scalarOf } from "./resources";
import { readableSteps } from "./runs";

/** A scalar, where its points are along the steps that can be gone to, and these steps. */
export interface ShownScalar {
  scalar: TrainingScalar;
  name: string;
  along: AlongSteps;
  steps: Step[];
}

/** The scalar that is chosen, where the training has it, else its loss; null without one. */
export function shownScalar(chosen: State): Answer<ShownScalar | null> {
  const selection = present(chosen.a);
  return andThen(chosenRun(selection), (run) =>
    andThen<TrainingScalar, ShownScalar | null>(scalarOf(run, null), (loss) => {
      const wanted = chosen.scalar !== null && loss.names.includes(chosen.scalar);
      const scalar = wanted ? scalarOf(run, chosen.scalar) : ready(loss);
      return andThen<TrainingScalar, ShownScalar | null>(scalar, (found) =>
        found.name === null
          ? ready(null)
          : andThen(chosenSeries(selection), (series) =>
              andThen(chosenRecord(selection), ({ header }) =>
                alongSeries(found, found.name ?? "", series, header),
              ),
            ),
      );
    }),
  );
}

function alongSeries(
  scalar: TrainingScalar,
  name: string,
  series: Series,
  { position }: Header,
): Answer<ShownScalar> {
  if (scalar.unreadable !== null) return failed(`${name}: ${scalar.unreadable}`);
  const steps = readableSteps(series);
  const counted = { records: countedByRecord(position), scalar: countedByScalar(name) };
  return ready({ scalar, name, along: alongSteps(steps, scalar, counted), steps });
}
