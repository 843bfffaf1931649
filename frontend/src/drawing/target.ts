/** What is drawn into: pixels, and the colours of lines on a light or a dark page. */

import { pack } from "./colours";

/** The colours of lines and bars. */
export interface Ink {
  positive: number;
  negative: number;
  /** The line at zero. */
  quiet: number;
}

/** Packed colours row by row, such as a 32-bit view of `ImageData`. */
export interface PixelTarget {
  pixels: Uint32Array;
  width: number;
  /** The colours of lines and bars; those of a light page where nothing is said. */
  ink?: Ink;
}

export const ON_LIGHT: Ink = {
  positive: pack(40, 40, 40),
  negative: pack(33, 96, 190),
  quiet: pack(165, 165, 165),
};
const ON_DARK: Ink = {
  positive: pack(225, 225, 225),
  negative: pack(110, 168, 255),
  quiet: pack(115, 115, 115),
};

/** The colours of lines and bars on a light or a dark page. */
export function inkOf(dark: boolean): Ink {
  return dark ? ON_DARK : ON_LIGHT;
}
