/** A feature map on a picture: the more of it, the farther a value is from nothing. */

import type { Target } from "./pixels";

/**
 * A table of colours that are opaque as far as their values count.
 *
 * That is not at all at the low end of a scale and wholly at the high end; on a signed
 * scale not at all at zero and wholly at both ends.
 */
export function veiled(table: Uint32Array, signed: boolean): Uint32Array {
  const last = table.length - 1;
  return table.map((colour, entry) => {
    const share = signed ? Math.abs(2 * entry - last) / last : entry / last;
    return ((Math.round(255 * share) << 24) | (colour & 0xffffff)) >>> 0;
  });
}

/** Lay pixels over opaque ones, with `opacity` (0 to 1) of how opaque they are. */
export function layOver({ pixels }: Target, over: Target, opacity: number): void {
  for (let i = 0; i < pixels.length; i++) {
    const [below, above] = [pixels[i]!, over.pixels[i]!];
    const share = (opacity * (above >>> 24)) / 255;
    if (!share) continue;
    const mixed = (shift: number) => {
      const from = (below >>> shift) & 255;
      return Math.round(from + (((above >>> shift) & 255) - from) * share) << shift;
    };
    pixels[i] = (0xff000000 | mixed(16) | mixed(8) | mixed(0)) >>> 0;
  }
}
