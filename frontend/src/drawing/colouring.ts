/** From values to colours. */

import { symmetric } from "../numbers/limits";
import { classify, position, type Scale, unbend, withSlack } from "../numbers/scale";
import { MARK_COLOURS } from "./colours";

/** Colour values from `start` on, as many as `colours` holds. */
export type Colouring = (values: Float32Array, start: number, colours: Uint32Array) => void;

/** Added to a number of up to 2 ** 51 and subtracted, it rounds it, halves to even. */
const ROUNDER = 1.5 * 2 ** 52;
const BUCKETS = 4096;

/**
 * How values are coloured on a scale with a table of 256 colours.
 *
 * The entry is that nearest to 255 times the position, as in the logged pictures; what the
 * scale cannot show gets the colour of its mark.
 */
export function colouring(scale: Scale, table: Uint32Array): Colouring {
  const { low: least, high: most } = withSlack(scale.limits);
  const { low, high } = scale.signed ? symmetric(scale.limits) : scale.limits;
  const width = high - low;
  // Without width nothing can be divided by, and few values are on the scale.
  const flat = width > 0 ? null : (value: number) => 255 * position(value, scale);
  const bent = flat || scale.gamma === 1 ? null : bending(scale);
  return (values, start, colours) => {
    for (let i = 0; i < colours.length; i++) {
      const value = values[start + i]!;
      // Comparisons with NaN are false.
      if (!(value >= least && value <= most)) {
        colours[i] = MARK_COLOURS[classify(value, scale.limits)];
        continue;
      }
      const place = (value - low) / width;
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
