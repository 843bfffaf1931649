/** The values at the two ends of a scale. Only finite values count. */

import type { Maps } from "./decode";

/** The values at the two ends of a scale, `low <= high`. */
export interface Limits {
  low: number;
  high: number;
}

/** What a share can be. */
export const SHARE_LIMITS: Limits = { low: 0, high: 1 };

/** What is drawn where nothing is finite. */
export const NO_LIMITS: Limits = { low: 0, high: 1 };

/** The smallest and the largest finite value; null where nothing is finite. */
export function finiteLimits(
  values: Float32Array,
  start = 0,
  end = values.length,
): Limits | null {
  let low = Infinity;
  let high = -Infinity;
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : null;
}

/** Limits that hold both; null stands for what has no finite value. */
export function union(a: Limits | null, b: Limits | null): Limits | null {
  if (!a || !b) return a ?? b;
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/**
 * The values that `percentile` percent of the finite ones are below and above.
 *
 * Between two values the line that joins them counts, as for `numpy.percentile`.
 */
export function percentileLimits(
  values: Float32Array,
  percentile: number,
  start = 0,
  end = values.length,
): Limits | null {
  if (!(percentile >= 0 && percentile <= 50)) {
    throw new RangeError(
      `Received the percentile ${percentile}; expected 0 to 50, what each end loses.`,
    );
  }
  const finite = values.slice(start, end);
  let count = 0;
  for (const value of finite) if (Number.isFinite(value)) finite[count++] = value;
  if (count === 0) return null;
  const among = finite.subarray(0, count);
  return { low: quantile(among, percentile), high: quantile(among, 100 - percentile) };
}

/** How many interquartile ranges beyond the quartiles a value is taken for an outlier. */
const FAR = 3;

/**
 * The smallest and the largest finite value without outliers (Tukey's outer fences).
 *
 * Zeros stay inside, but have no say: of many channels that are silent, the others would
 * be outliers.
 */
export function robustLimits(values: Float32Array): Limits | null {
  const all = finiteLimits(values);
  const among = values.filter((value) => Number.isFinite(value) && value !== 0);
  if (!all || !among.length) return all;
  const [first, third] = [quantile(among, 25), quantile(among, 75)];
  const zero = among.length < values.length && values.includes(0) ? 0 : first;
  const reach = FAR * (third - first);
  const low = Math.max(all.low, Math.min(first - reach, zero));
  const high = Math.min(all.high, Math.max(third + reach, zero));
  // Where nearly all is the same there is no width left.
  return low < high ? { low, high } : all;
}

/** The order of `values` is changed. */
function quantile(values: Float32Array, percent: number): number {
  const place = (values.length - 1) * (percent / 100);
  const before = Math.floor(place);
  const low = select(values, before);
  let high = before + 1 < values.length ? Infinity : low;
  for (let i = before + 1; i < values.length; i++) if (values[i]! < high) high = values[i]!;
  const share = place - before;
  // From the nearer one: so the result is exact at both.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

/** The value of a rank, to where it is moved: smaller ones before it (Hoare's FIND). */
function select(values: Float32Array, rank: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[rank]!;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const moved = values[i]!;
      values[i++] = values[j]!;
      values[j--] = moved;
    }
    if (j < rank) left = i;
    if (i > rank) right = j;
  }
  return values[rank]!;
}

/** Limits as far below zero as above it that hold the given ones. */
export function symmetric(limits: Limits): Limits {
  const most = Math.max(Math.abs(limits.low), Math.abs(limits.high));
  // Subtracted from zero, so that there is no negative zero.
  return { low: 0 - most, high: most };
}

/** The finite limits of one channel. */
export function channelLimits(maps: Maps, channel: number): Limits | null {
  const positions = maps.height * maps.width;
  return finiteLimits(maps.values, channel * positions, (channel + 1) * positions);
}

/** The limits that follow from a record's statistics; null where nothing is finite. */
export function fromStatistics(
  minimum: readonly (number | null)[],
  maximum: readonly (number | null)[],
): Limits | null {
  let low = Infinity;
  let high = -Infinity;
  for (const value of minimum) if (value !== null && value < low) low = value;
  for (const value of maximum) if (value !== null && value > high) high = value;
  return low <= high ? { low, high } : null;
}

/** Limits of few digits that hold the given ones. */
export function outward({ low, high }: Limits, digits: number): Limits {
  return { low: roundedTo(low, digits, -1), high: roundedTo(high, digits, 1) };
}

/** The nearest number of few digits that is not above a value, or not below it. */
function roundedTo(value: number, digits: number, direction: -1 | 1): number {
  const nearest = Number(value.toPrecision(digits));
  if (direction * (nearest - value) >= 0) return nearest;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - digits + 1);
  return Number((nearest + direction * step).toPrecision(digits));
}
