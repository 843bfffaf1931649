/** All channels at one position. */

import type { Maps } from "./decode";
import { finiteLimits, type Limits } from "./limits";
import { order } from "./order";
import type { MapPosition } from "./statistics";

/** The value of each channel at a position. */
export function valuesAt(maps: Maps, { row, column }: MapPosition): Float32Array {
  const { channels, height, width, values } = maps;
  const start = row * width + column;
  return Float32Array.from({ length: channels }, (_, i) => values[i * height * width + start]!);
}

/** The channels by their values, largest first, NaN last. */
export function largestFirst(values: Float32Array | Float64Array): number[] {
  const choice = { descending: true, hidden: new Set<number>(), only: null, pinned: [] };
  return order(values.length, Float64Array.from(values), choice);
}

/** What bars that begin at zero need: the limits of the finite values, and zero. */
export function limitsWithZero(values: Float32Array): Limits {
  const { low, high } = finiteLimits(values) ?? { low: 0, high: 0 };
  return { low: Math.min(low, 0), high: Math.max(high, 0) };
}

/** From where to where a bar reaches, as shares of the way from low to high. */
export function barOf(value: number, { low, high }: Limits): { from: number; to: number } {
  if (!(high > low)) return { from: 0, to: 0 };
  const share = (one: number) => (Math.min(Math.max(one, low), high) - low) / (high - low);
  const [zero, end] = [share(0), share(value)];
  return { from: Math.min(zero, end), to: Math.max(zero, end) };
}
