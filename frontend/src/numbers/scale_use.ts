/** How much of a scale is used by what is in sight: the one rule for all views. */

import type { Limits } from "./limits";

/** Where less of a scale is used, what is shown is nearly of one colour. */
export const LEAST_USE = 0.1;

/**
 * The share of a scale that values from `seen.low` to `seen.high` use, 0 to 1.
 *
 * Null where no scale would show more: what is seen is all the same, or nothing is finite.
 */
export function useOf(scale: Limits, seen: Limits | null): number | null {
  if (!seen || !(seen.low < seen.high)) return null;
  const width = scale.high - scale.low;
  const used = Math.min(seen.high, scale.high) - Math.max(seen.low, scale.low);
  return width > 0 ? Math.max(used, 0) / width : 0;
}

/** One of several that share a scale, and how much of it that one uses. */
export interface LeastUse {
  index: number;
  share: number;
}

/** The one of several that uses least of a scale, if that is too little; null where none does. */
export function tooLittle(scale: Limits, seen: readonly (Limits | null)[]): LeastUse | null {
  let least: LeastUse | null = null;
  seen.forEach((one, index) => {
    const share = useOf(scale, one);
    if (share === null || share >= (least?.share ?? LEAST_USE)) return;
    least = { index, share };
  });
  return least;
}
