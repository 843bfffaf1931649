/** How two sets of feature maps differ, as a whole and channel by channel. */

import type { Maps } from "./decode";
import { channelStatistics, type Distances, difference, distances } from "./statistics";

/** What each difference of two sides is called, and which of them is taken from which. */
export const CHANGE = "B − A";

/** The change from A to B of a value: what grew is above zero. */
export function changeOf(a: number, b: number): number {
  return b - a;
}

/** The change from A to B, position by position. */
export function changeBetween(a: Maps, b: Maps): Maps {
  return difference(b, a);
}

/** How two of the same shape differ. */
export interface ComparedMaps {
  /** The change from the first to the second. */
  maps: Maps;
  total: Distances;
  channels: Distances[];
}

/** One channel by itself; its values are not copied. */
export function planeOf(maps: Maps, channel: number): Maps {
  const { height, width, channels, values } = maps;
  if (!(Number.isInteger(channel) && channel >= 0 && channel < channels)) {
    throw new RangeError(`Received channel ${channel}; expected 0 to ${channels - 1}.`);
  }
  const positions = height * width;
  const plane = values.subarray(channel * positions, (channel + 1) * positions);
  return { height, width, channels: 1, values: plane };
}

/** Compare two of the same shape, as a whole and channel by channel. */
export function compareMaps(a: Maps, b: Maps): ComparedMaps {
  const positions = a.height * a.width;
  return {
    maps: changeBetween(a, b),
    total: distances(a.values, b.values),
    channels: Array.from({ length: a.channels }, (_, i) =>
      distances(a.values, b.values, i * positions, (i + 1) * positions),
    ),
  };
}

/** Why two have no difference; null where they have one. */
export function whyNoDifference(
  a: Omit<Maps, "values">,
  b: Omit<Maps, "values">,
): string | null {
  const sides = (maps: Omit<Maps, "values">) =>
    `${maps.height} × ${maps.width} × ${maps.channels}`;
  if (sides(a) === sides(b)) return null;
  return (
    `A is ${sides(a)} and B is ${sides(b)} (height × width × channels): ` +
    "only values of one shape can be taken from each other."
  );
}

/** Shares, 0 to 1: out of all values, and out of those of each channel. */
export interface CutShares {
  share: number;
  shares: Float64Array;
}

/**
 * The share of the values that an activation function cut to zero.
 *
 * Those are the values that are 0 after it and were not before, as for `cut_share` in
 * Python. NaN and infinities are not 0, so that they are cut where they become 0.
 */
export function cutShares(before: Maps, after: Maps): CutShares {
  const positions = before.height * before.width;
  const shares = new Float64Array(before.channels);
  let total = 0;
  for (let channel = 0; channel < before.channels; channel++) {
    let cut = 0;
    for (let i = channel * positions; i < (channel + 1) * positions; i++) {
      if (before.values[i] !== 0 && after.values[i] === 0) cut++;
    }
    shares[channel] = cut / positions;
    total += cut;
  }
  return { share: total / before.values.length, shares };
}

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
      const apart = distances(a.values, b.values, start, end);
      return apart.leftOut < positions ? apart.l2 : NaN;
    }
    const [maximumA, maximumB] = [a, b].map((maps) => channelStatistics(maps, channel).maximum);
    return maximumA == null || maximumB == null ? NaN : Math.abs(maximumA - maximumB);
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
