/** Numbers that describe a channel, and how two differ. */

import type { Maps } from "./decode";
import { channelLimits, type Limits } from "./limits";

/** A position in a feature map, from 0. */
export interface MapPosition {
  row: number;
  column: number;
}

/** NaN and infinities are counted and else left out; null where nothing is finite. */
export interface ChannelStatistics {
  minimum: number | null;
  maximum: number | null;
  mean: number | null;
  /** Standard deviation of the population. */
  deviation: number | null;
  /** Root of the sum of squares. */
  l2: number | null;
  /** Share of all positions that are zero. */
  zeroShare: number;
  nanCount: number;
  infCount: number;
  /** The first position of the maximum. */
  argmax: MapPosition | null;
}

/** Describe one channel. */
export function channelStatistics(maps: Maps, channel: number): ChannelStatistics {
  const positions = maps.height * maps.width;
  const values = maps.values.subarray(channel * positions, (channel + 1) * positions);
  let [zeros, nanCount, infCount, sum, squares, best] = [0, 0, 0, 0, 0, -1];
  let [minimum, maximum] = [Infinity, -Infinity];
  for (let i = 0; i < positions; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) nanCount++;
    else if (!Number.isFinite(value)) infCount++;
    else {
      if (value === 0) zeros++;
      if (value < minimum) minimum = value;
      if (value > maximum) [maximum, best] = [value, i];
      sum += value;
      squares += value * value;
    }
  }
  const count = positions - nanCount - infCount;
  const counted = { zeroShare: zeros / positions, nanCount, infCount };
  if (count === 0) {
    const unknown = { minimum: null, maximum: null, mean: null, deviation: null, l2: null };
    return { ...unknown, ...counted, argmax: null };
  }
  const mean = sum / count;
  return {
    minimum,
    maximum,
    mean,
    deviation: Math.sqrt(squaresAround(values, mean) / count),
    l2: Math.sqrt(squares),
    ...counted,
    argmax: { row: Math.floor(best / maps.width), column: best % maps.width },
  };
}

/** From the mean, so that nothing cancels out where it is far from zero. */
function squaresAround(values: Float32Array, mean: number): number {
  let squares = 0;
  for (const value of values) {
    if (Number.isFinite(value)) squares += (value - mean) ** 2;
  }
  return squares;
}

/** The finite value farthest from zero, and its first position; null where there is none. */
export function farthest(
  maps: Maps,
  channel: number,
): { value: number; position: MapPosition } | null {
  const positions = maps.height * maps.width;
  const values = maps.values.subarray(channel * positions, (channel + 1) * positions);
  let [best, most] = [-1, -1];
  values.forEach((value, i) => {
    if (Number.isFinite(value) && Math.abs(value) > most) [best, most] = [i, Math.abs(value)];
  });
  if (best < 0) return null;
  const position = { row: Math.floor(best / maps.width), column: best % maps.width };
  return { value: values[best]!, position };
}

/** How many values are in each of equal stretches between two limits. */
export interface Histogram {
  counts: Uint32Array;
  limits: Limits;
  /** How many finite values are outside the limits. */
  below: number;
  above: number;
  nanCount: number;
  infCount: number;
}

/** How many bins the values of a channel are counted in. */
const BINS = 40;

/** Count the values of a channel that are not zero; null where none is finite. */
export function channelHistogram(
  { height, width, values }: Pick<Maps, "height" | "width" | "values">,
  channel: number,
): Histogram | null {
  const positions = height * width;
  const counted = values
    .subarray(channel * positions, (channel + 1) * positions)
    .filter((value) => value !== 0);
  const one = { height: 1, width: counted.length, channels: 1, values: counted };
  const limits = channelLimits(one, 0);
  return limits && histogram(counted, BINS, limits);
}

/**
 * Count values; the last bin holds its upper edge too, as for `numpy.histogram`.
 *
 * Between limits without width all that is equal to them is in the first bin.
 */
export function histogram(
  values: Float32Array,
  bins: number,
  limits: Limits,
  start = 0,
  end = values.length,
): Histogram {
  if (!(Number.isInteger(bins) && bins > 0)) {
    throw new RangeError(`Received ${bins} bins; expected an integer from 1.`);
  }
  const { low, high } = limits;
  const counts = new Uint32Array(bins);
  let [below, above, nanCount, infCount] = [0, 0, 0, 0];
  const edge = (bin: number) => (bin === bins ? high : low + ((high - low) / bins) * bin);
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) nanCount++;
    else if (!Number.isFinite(value)) infCount++;
    else if (value < low) below++;
    else if (value > high) above++;
    else {
      const share = high > low ? (value - low) / (high - low) : 0;
      let bin = Math.min(bins - 1, Math.floor(share * bins));
      // The division may round a value across the edge that it lies at.
      if (value < edge(bin)) bin--;
      else if (bin < bins - 1 && high > low && value >= edge(bin + 1)) bin++;
      counts[bin]!++;
    }
  }
  return { counts, limits, below, above, nanCount, infCount };
}

/** What has to be added to `b` to get `a`, position by position. */
export function difference(a: Maps, b: Maps): Maps {
  if (a.height !== b.height || a.width !== b.width || a.channels !== b.channels) {
    throw new RangeError(
      `Maps of ${shape(a)} and of ${shape(b)} have no difference: ` +
        "compare maps of one shape (height × width × channels).",
    );
  }
  const values = new Float32Array(a.values.length);
  for (let i = 0; i < values.length; i++) values[i] = a.values[i]! - b.values[i]!;
  const { apart, ...maps } = a;
  const between = { ...maps, values };
  return apart && b.apart ? { ...between, apart: difference(apart, b.apart) } : between;
}

function shape({ height, width, channels }: Maps): string {
  return `${height} × ${width} × ${channels}`;
}

/** How far two are apart, over the positions that are finite in both. */
export interface Distances {
  /** Sum of magnitudes of the difference. */
  l1: number;
  /** Root of the sum of squares of the difference. */
  l2: number;
  /** Cosine of the angle between the two, null where one of them is zero. */
  cosine: number | null;
  /** How many positions were left out, and how many were not. */
  leftOut: number;
  counted: number;
}

/** The L2 of a difference; NaN, which is sorted last, where nothing could be compared. */
export function lengthOf({ l2, counted }: Distances): number {
  return counted ? l2 : NaN;
}

/** Measure how far two are apart. */
export function distances(
  a: Float32Array,
  b: Float32Array,
  start = 0,
  end = a.length,
): Distances {
  if (a.length !== b.length) {
    throw new RangeError(
      `${a.length} values and ${b.length} have no distance: compare maps of one shape.`,
    );
  }
  let [l1, squares, leftOut, product, lengthA, lengthB] = [0, 0, 0, 0, 0, 0];
  for (let i = start; i < end; i++) {
    const first = a[i]!;
    const second = b[i]!;
    if (!Number.isFinite(first) || !Number.isFinite(second)) {
      leftOut++;
      continue;
    }
    l1 += Math.abs(first - second);
    squares += (first - second) ** 2;
    product += first * second;
    lengthA += first * first;
    lengthB += second * second;
  }
  const lengths = Math.sqrt(lengthA) * Math.sqrt(lengthB);
  // Rounding may take a cosine a little beyond 1.
  const cosine = lengths > 0 ? Math.max(-1, Math.min(1, product / lengths)) : null;
  return { l1, l2: Math.sqrt(squares), cosine, leftOut, counted: end - start - leftOut };
}
