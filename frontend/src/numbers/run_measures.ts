/** What runs are compared by, layer by layer: alike for layers of any scale. */

import { isBroken, type ScalarsAtStep } from "./health";
import { type Limits, SHARE_LIMITS } from "./limits";
import { distances } from "./statistics";

/** How far another run is, and then what each run has by itself. */
export const RUN_DISTANCES = ["relative", "angle"] as const;
export const RUN_STATISTICS = ["mean", "deviation", "silent"] as const;
export const RUN_MEASURES = [...RUN_DISTANCES, ...RUN_STATISTICS] as const;
export type RunDistance = (typeof RUN_DISTANCES)[number];
export type RunStatistic = (typeof RUN_STATISTICS)[number];
export type RunMeasure = (typeof RUN_MEASURES)[number];

/** The scalar of a layer that says it, as it is logged. */
const SCALARS: { [statistic in RunStatistic]: string } = {
  mean: "mean",
  deviation: "std",
  silent: "silent",
};

/** A distance of this much is as far as zeros are: up to there no colour ends. */
export const FAR = 1;

/** How far values are from those of a reference; only what is finite in both counts. */
export interface Apart {
  /** L2 of the difference as a share of the reference's; infinite where that is zero. */
  relative: number;
  /** 1 less the cosine of the angle between the two; NaN where one of them is zero. */
  angle: number;
  /** How many values were left out, as one of the two is not finite there. */
  leftOut: number;
}

/** Measure how far `values` are from `reference`; NaN where nothing can be compared. */
export function apart(reference: Float32Array, values: Float32Array): Apart {
  const { l2, cosine, leftOut, counted } = distances(reference, values);
  if (!counted) return { relative: NaN, angle: NaN, leftOut };
  const length = lengthBeside(reference, values);
  return {
    relative: l2 === 0 ? 0 : l2 / length,
    // Two that are the same have no angle between them, also where both are zero.
    angle: l2 === 0 ? 0 : cosine === null ? NaN : 1 - cosine,
    leftOut,
  };
}

/** L2 of the reference where both are finite. */
function lengthBeside(reference: Float32Array, values: Float32Array): number {
  let squares = 0;
  reference.forEach((value, i) => {
    if (Number.isFinite(value) && Number.isFinite(values[i]!)) squares += value * value;
  });
  return Math.sqrt(squares);
}

/**
 * What a run says of a layer at the last step that is not after `step`, or else at the first.
 *
 * Undefined where it says nothing, NaN where values were not finite.
 */
export function statisticAt(
  row: ReadonlyMap<number, ScalarsAtStep> | undefined,
  step: number,
  statistic: RunStatistic,
): { step: number; value: number } | undefined {
  const steps = [...(row?.keys() ?? [])].sort((a, b) => a - b);
  const at = steps.findLast((other) => other <= step) ?? steps[0];
  const scalars = at === undefined ? undefined : row?.get(at);
  if (at === undefined || !scalars) return undefined;
  const value = isBroken(scalars) ? NaN : scalars[SCALARS[statistic]];
  return value == null ? undefined : { step: at, value };
}

/**
 * The ends of the colours, so that a run that diverges does not darken all others.
 *
 * From zero to the largest magnitude, but not beyond twice the median of those that are not
 * zero; of distances up to `FAR` in any case. Of shares all that they can be.
 */
export function measureLimits(measure: RunMeasure, values: readonly number[]): Limits {
  if (measure === "silent") return SHARE_LIMITS;
  const magnitudes = values
    .map(Math.abs)
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  const largest = magnitudes.at(-1) ?? 0;
  if (isDistance(measure)) {
    const apart = lowerMedian(magnitudes.filter((value) => value > 0 && value < Infinity));
    return { low: 0, high: Math.min(largest, Math.max(FAR, 2 * apart)) || FAR };
  }
  const high = Math.min(largest, 2 * lowerMedian(magnitudes)) || largest;
  return { low: measure === "mean" ? -high : 0, high };
}

/** Of an even number the lower one of the two in the middle: the other may have diverged. */
function lowerMedian(sorted: readonly number[]): number {
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
}

/** Whether runs are compared with another one, not told by themselves. */
export function isDistance(measure: RunMeasure): measure is RunDistance {
  return measure === "relative" || measure === "angle";
}

/** Whether each layer has colours of its own: its numbers say nothing of those of others. */
export function hasOwnLimits(measure: RunMeasure): boolean {
  return measure === "mean" || measure === "deviation";
}

/**
 * All names of several lists, each behind the one that it follows in its own, or else before
 * the first that another list has, too; those of a list of its own come last.
 */
export function unionInOrder(lists: readonly (readonly string[])[]): string[] {
  const union: string[] = [];
  for (const names of lists) {
    const shared = names.find((name) => union.includes(name));
    let at = shared === undefined ? union.length : union.indexOf(shared);
    for (const name of names) {
      const known = union.indexOf(name);
      if (known < 0) union.splice(at, 0, name);
      at = (known < 0 ? at : known) + 1;
    }
  }
  return union;
}
