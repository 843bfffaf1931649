/** How differently two inputs make the channels of a layer respond. */

import type { Maps } from "./decode";
import { channelStatistics, distances } from "./statistics";

/** What two responses of a channel are compared by. */
export const MEASURES = ["maximum", "largest", "l2"] as const;
export type Measure = (typeof MEASURES)[number];

/**
 * A score for each channel of two of one shape: how far their maxima are apart, the
 * largest magnitude of their difference at a position, or the length (L2) of that
 * difference. NaN where nothing can be compared.
 */
export function responses(a: Maps, b: Maps, measure: Measure): Float64Array {
  const positions = a.height * a.width;
  return Float64Array.from({ length: a.channels }, (_, channel) => {
    const [start, end] = [channel * positions, (channel + 1) * positions];
    if (measure === "largest") return largest(a.values, b.values, start, end);
    if (measure === "l2") {
      const found = distances(a.values, b.values, start, end);
      return found.left < positions ? found.l2 : NaN;
    }
    const [one, other] = [a, b].map((maps) => channelStatistics(maps, channel).maximum);
    return one == null || other == null ? NaN : Math.abs(one - other);
  });
}

function largest(a: Float32Array, b: Float32Array, start: number, end: number): number {
  let most = NaN;
  for (let i = start; i < end; i++) {
    const apart = Math.abs(a[i]! - b[i]!);
    if (Number.isFinite(apart) && !(apart <= most)) most = apart;
  }
  return most;
}
