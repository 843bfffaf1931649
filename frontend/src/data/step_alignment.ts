/** Which record of a run belongs to a record of another. */

import { type Align, momentOf, nearest, type StepEntry } from "../numbers/steps";
import type { Place, Run, Series, Step, Tag } from "./api";
import { type Answer, andThen, failed, ready, WAITING } from "./queries";
import type { Record } from "./records";
import { curveOf, headerOf, stepsOf } from "./resources";
import { placeOf } from "./runs";

/** The record of a tag that belongs to a record of the same run or of another. */
export function alignedPlace(
  run: Run,
  tag: Tag,
  reference: Record,
  align: Align,
): Answer<Place> {
  if (tag.unreadable !== null) return failed(tag.unreadable);
  // Within a run a step is the same moment in every layer.
  const by = run.run === reference.run.run ? "step" : align;
  const theirs = aligning(reference.run, reference.tag, by);
  const ours = aligning(run, tag, by);
  return andThen(theirs, (others) =>
    andThen(ours, ({ series, entries }) =>
      andThen(alignedEntry(others.entries, reference.place.step, entries, by), ({ kept }) =>
        ready(placeOf(series, kept)),
      ),
    ),
  );
}

interface Aligning {
  series: Series;
  entries: Entry[];
}

function aligning(run: Run, tag: Tag, align: Align): Answer<Aligning> {
  return andThen(stepsOf(run.run, tag), (series) => {
    const epochs = align === "epoch" ? epochsOf(run, tag, series) : ready(null);
    return andThen<readonly (number | null)[] | null, Aligning>(epochs, (value) =>
      ready({ series, entries: entriesOf(series, value, align) }),
    );
  });
}

/** The epochs of a series: of its curve, where that tells them, else of its headers. */
function epochsOf(run: Run, tag: Tag, series: Series): Answer<(number | null)[]> {
  const curve = curveOf(run.run, tag, 0);
  if (curve.state === "waiting") return curve;
  if (curve.state === "ready" && curve.value.epochs) {
    const { steps, epochs } = curve.value;
    const known = new Map(steps.map((step, i) => [step, epochs[i] ?? null]));
    const value = series.steps.map(({ step }) => known.get(step) ?? null);
    return ready(value);
  }
  const readable = series.steps.map((step) =>
    step.unreadable === null ? headerOf(placeOf(series, step)) : null,
  );
  // Only then, so that all are asked for at once.
  if (readable.some((answer) => answer?.state === "waiting")) return WAITING;
  return ready(
    readable.map((answer) =>
      answer?.state === "ready" ? (answer.value.position.epoch ?? null) : null,
    ),
  );
}

/** A step that was kept, with its epoch. */
export type Entry = StepEntry & { kept: Step };

/** The steps of a series that can be read and aligned; `epochs` are those of its steps. */
export function entriesOf(
  series: Series,
  epochs: readonly (number | null)[] | null,
  align: Align,
): Entry[] {
  return series.steps.flatMap((kept, i) => {
    const { step, wall_time, unreadable } = kept;
    if (unreadable !== null || (align === "wall" && wall_time === null)) return [];
    return [{ kept, step, epoch: epochs?.[i] ?? null, wall_time: wall_time ?? 0 }];
  });
}

/** Which of `ours` was at the moment of the step of `theirs`; else why there is none. */
export function alignedEntry(
  theirs: readonly Entry[],
  step: number,
  ours: readonly Entry[],
  align: Align,
): Answer<Entry> {
  const entry = theirs.find((one) => one.step === step);
  const moment = entry ? momentOf(theirs, entry, align) : align === "step" ? step : null;
  if (moment === null) {
    return failed(`Step ${step} ${LACKS[align]}; align by step instead.`);
  }
  const value = nearest(ours, moment, align);
  if (value) return ready(value);
  const reason =
    align === "step"
      ? "There is no readable step to align."
      : `No step of the other run can be aligned: none ${HAS[align]}; align by step instead.`;
  return failed(reason);
}

const LACKS: { [key in Align]: string } = {
  step: "is not there",
  epoch: "says no epoch",
  wall: "has no wall time",
};
const HAS: { [key in Align]: string } = {
  step: "is there",
  epoch: "says its epoch",
  wall: "has a wall time",
};
