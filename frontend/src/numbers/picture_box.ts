/** A box on the input's picture, and how channels respond inside it. */

import type { Maps } from "./decode";
import type { Size } from "./layout";
import type { MapArea, Region, RelativePosition } from "./receptive_field";

/** Its edges as shares of the picture's width and height, 0 to 1. */
export interface PictureBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** No side of a box is a smaller share of the picture. */
const SMALLEST = 0.02;
/** Shares are kept to this, so that an address stays short. */
const DIGITS = 4;

const rounded = (share: number) => Number(share.toFixed(DIGITS));
const bounded = (share: number) => Math.min(Math.max(share, 0), 1);

/** The box with two places as opposite corners, whichever of them comes first. */
export function boxBetween(a: RelativePosition, b: RelativePosition): PictureBox {
  const [left, right] = sideBetween(a.x, b.x);
  const [top, bottom] = sideBetween(a.y, b.y);
  return { left, top, right, bottom };
}

function sideBetween(a: number, b: number): [number, number] {
  const [low, high] = [Math.min(bounded(a), bounded(b)), Math.max(bounded(a), bounded(b))];
  const start = Math.min(low, 1 - SMALLEST);
  return [rounded(start), rounded(Math.max(high, start + SMALLEST))];
}

/** A box in the middle, for whoever draws with keys: a quarter of each side. */
export const MIDDLE: PictureBox = { left: 0.375, top: 0.375, right: 0.625, bottom: 0.625 };

/** Move a box by shares of the picture, as far as there is room; its size stays. */
export function movedBox(box: PictureBox, x: number, y: number): PictureBox {
  const by = (wanted: number, low: number, high: number) =>
    Math.min(Math.max(wanted, -low), 1 - high);
  const [across, down] = [by(x, box.left, box.right), by(y, box.top, box.bottom)];
  return {
    left: rounded(box.left + across),
    top: rounded(box.top + down),
    right: rounded(box.right + across),
    bottom: rounded(box.bottom + down),
  };
}

/** Make a box larger or smaller by shares of the picture; its top left corner stays. */
export function resizedBox(box: PictureBox, x: number, y: number): PictureBox {
  const end = (start: number, wanted: number) =>
    rounded(Math.min(Math.max(wanted, start + SMALLEST), 1));
  return {
    ...box,
    right: end(box.left, box.right + x),
    bottom: end(box.top, box.bottom + y),
  };
}

/** A box in pixels of a picture. */
export function regionOf({ left, top, right, bottom }: PictureBox, picture: Size): Region {
  return {
    row: top * picture.height,
    column: left * picture.width,
    height: (bottom - top) * picture.height,
    width: (right - left) * picture.width,
  };
}

/** How many positions are in an area. */
export function countIn({ rows, columns }: MapArea): number {
  return (rows.end - rows.first) * (columns.end - columns.first);
}

/**
 * For each channel the mean of its values inside an area less the mean of those outside.
 *
 * NaN and infinities are left out; it is NaN where that leaves nothing on one of the sides.
 */
export function responsesIn(maps: Maps, { rows, columns }: MapArea): Float64Array {
  const { channels, height, width, values } = maps;
  return Float64Array.from({ length: channels }, (_, channel) => {
    let [sumInside, inside, sumOutside, outside] = [0, 0, 0, 0];
    for (let row = 0; row < height; row++) {
      const inRows = row >= rows.first && row < rows.end;
      const start = (channel * height + row) * width;
      for (let column = 0; column < width; column++) {
        const value = values[start + column]!;
        if (!Number.isFinite(value)) continue;
        if (inRows && column >= columns.first && column < columns.end) {
          sumInside += value;
          inside++;
        } else {
          sumOutside += value;
          outside++;
        }
      }
    }
    // NaN where one of them is of nothing.
    return sumInside / inside - sumOutside / outside;
  });
}

/** The mean of each channel's scores for several inputs, of those that are numbers. */
export function meanScores(all: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: all[0]?.length ?? 0 }, (_, channel) => {
    const known = all.map((scores) => scores[channel]!).filter((one) => !Number.isNaN(one));
    return known.reduce((sum, one) => sum + one, 0) / known.length;
  });
}
