/** From values to colours. */

import { symmetric } from "../numbers/limits";
import { classify, type NonFinite, position, type Scale, unbend } from "../numbers/scale";
import { NON_FINITE_COLOURS } from "./colours";

/** Colour values from `start` on, as many as `colours` holds. */
export type Colouring = (values: Float32Array, start: number, colours: Uint32Array) => void;

/** Added to a number of up to 2 ** 51 and subtracted, it rounds it, halves to even. */
const ROUNDER = 1.5 * 2 ** 52;
const BUCKETS = 4096;

/**
 * How values are coloured on a scale with a table of 256 colours.
 *
 * The entry is that nearest to 255 times the position, as in the logged pictures. What is
 * beyond the limits has the colour of the nearer one; NaN and infinities have their own.
 */
export function colouring(scale: Scale, table: Uint32Array): Colouring {
  const within = scale.limits.low < scale.limits.high;
  const [least, most] = within ? [scale.limits.low, scale.limits.high] : [-Infinity, Infinity];
  const { low, high } = scale.signed ? symmetric(scale.limits) : scale.limits;
  const width = high - low;
  // Without width nothing can be divided by, and few values are on the scale.
  const flat = width > 0 ? null : (value: number) => 255 * position(value, scale);
  const straight = scale.gamma === 1 && !scale.log;
  const bent = flat || straight ? null : bending(scale);
  return (values, start, colours) => {
    for (let i = 0; i < colours.length; i++) {
      const value = values[start + i]!;
      // The difference is NaN where the value is not finite.
      if (value - value !== 0) {
        colours[i] = NON_FINITE_COLOURS[classify(value, scale.limits) as NonFinite];
        continue;
      }
      // biome-ignore lint/complexity/useMathMinMax: they take as long as all the rest
      const saturated = value < least ? least : value > most ? most : value;
      const place = (saturated - low) / width;
      // biome-ignore lint/complexity/useMathMinMax: they take as long as all the rest
      const inside = place < 0 ? 0 : place > 1 ? 1 : place;
      const exact = bent ? bent(inside) : flat ? flat(value) : 255 * inside;
      colours[i] = table[exact + ROUNDER - ROUNDER]!;
    }
  };
}

/** Powers are slow: instead, the linear positions are known at which entries change. */
function bending(scale: Scale): (place: number) => number {
  const changes = Float64Array.from({ length: 256 }, (_, entry) =>
    entry < 255 ? unbend((entry + 0.5) / 255, scale) : Infinity,
  );
  const atLeast = new Uint8Array(BUCKETS + 1);
  for (let bucket = 1; bucket <= BUCKETS; bucket++) {
    let entry = atLeast[bucket - 1]!;
    while (changes[entry]! <= bucket / BUCKETS) entry++;
    atLeast[bucket] = entry;
  }
  return (place) => {
    let entry = atLeast[(place * BUCKETS) | 0]!;
    while (changes[entry]! <= place) entry++;
    return entry;
  };
}
