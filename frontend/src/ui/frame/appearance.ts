/** From how something is shown to the next way to show it. */

import { known } from "../../data/queries";
import { shownScalar } from "../../data/training_scalar";
import { MEASURES } from "../../numbers/differences";
import { zoomBy } from "../../numbers/layout";
import { outward } from "../../numbers/limits";
import { STATISTICS } from "../../numbers/matrix";
import { SORT_KEYS } from "../../numbers/order";
import { RUN_MEASURES } from "../../numbers/run_measures";
import { SCALE_MODES, type ScaleChoice, type View } from "../../state/state";
import { change, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { stepsNow } from "./navigation";

/** What is after an item, or the first after the last. */
export function nextOf<T>(all: readonly T[], now: T): T {
  return all[(all.indexOf(now) + 1) % all.length] ?? now;
}

/** Digits of the ends that a fixed scale starts with. */
const DIGITS = 4;

/** Choose another scale; one that is fixed starts between the values that are shown. */
export function chooseScale(part: Partial<ScaleChoice>): void {
  const limits = part.mode === "fixed" ? viewState.limitsInUse.peek() : null;
  const ends = limits ? outward(limits, DIGITS) : {};
  change({ scale: { ...state.peek().scale, ...part, ...ends } });
}

/** Take the next scale. */
export function nextScale(): void {
  chooseScale({ mode: nextOf(SCALE_MODES, state.value.scale.mode) });
}

/** What the key for gamma goes through: values as they are, small ones lifted, or lowered. */
const GAMMAS = [1, 0.5, 0.25, 2] as const;

/** Take another gamma. */
export function nextGamma(): void {
  chooseScale({ gamma: nextOf<number>(GAMMAS, state.value.scale.gamma) });
}

/** Take the next order of channels; what they are ranked by, or a row's number is. */
export function nextOrder(): void {
  const { view, inputs, training, runs, sort, box } = state.value;
  if (view === "inputs") {
    change({ inputs: { measure: nextOf(MEASURES, inputs.measure) } });
  } else if (view === "training") {
    const statistic = nextOf(STATISTICS, training.statistic);
    change({ training: { ...training, statistic } });
  } else if (view === "runs") {
    change({ runs: { measure: nextOf(RUN_MEASURES, runs.measure) } });
  } else if (isSorted(view)) {
    const alone = stepsNow().steps.length === 1;
    const keys = SORT_KEYS.filter(
      (key) => !(key === "change" && alone) && !(key === "box" && !box.drawn),
    );
    change({ sort: { ...sort, by: nextOf(keys, sort.by) } });
  }
}

/** Whether channels stand in a view as they are sorted. */
const isSorted = (view: View) => !["inputs", "multiples", "runs"].includes(view);

/** Turn the order of channels around. */
export function reverseOrder(): void {
  const { view, sort } = state.value;
  if (isSorted(view) && sort.by !== "channel")
    change({ sort: { ...sort, descending: !sort.descending } });
}

/** Draw maps larger or smaller, where that can be. */
export function zoom(factor: number): void {
  const { view } = state.value;
  const draws = view === "grid" || view === "compare";
  const cells = draws ? viewState.drawnCells.value : null;
  const next = cells && zoomBy(cells, factor);
  if (next !== null) change({ zoom: next });
}

/** Draw the next scalar of the training above the steps, where there is one. */
export function nextScalar(): void {
  const shown = known(shownScalar(state.value));
  if (shown) change({ scalar: nextOf(shown.scalar.names, shown.name) });
}
