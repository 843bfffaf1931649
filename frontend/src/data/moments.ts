/** Which step of a run was at the moment of a step of another. */

import { type Align, momentOf, nearest, type StepEntry } from "../numbers/steps";
import type { Answer } from "./answers";
import type { Series, Step } from "./api";

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
    return { state: "failed", reason: `Step ${step} ${LACKS[align]}; align by step instead.` };
  }
  const value = nearest(ours, moment, align);
  if (value) return { state: "ready", value };
  const reason =
    align === "step"
      ? "There is no readable step to align."
      : `No step of the other run can be aligned: none ${HAS[align]}; align by step instead.`;
  return { state: "failed", reason };
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
