/** Values -> pixels of lines and bars. */

import type { Maps } from "../numbers/decode";
import type { Rectangle } from "../numbers/layout";
import { type Limits, NO_LIMITS } from "../numbers/limits";
import { classify, type NonFinite, type Scale } from "../numbers/scale";
import { NON_FINITE_COLOURS } from "./colours";
import { ON_LIGHT, type PixelTarget } from "./target";

/** How thick the bar of a unit is at most, in pixels. */
const THICKEST = 12;

/** Where a value is between limits, 0 to 1; limits without width put all at 0. */
function share(value: number, { low, high }: Limits): number {
  if (!(high > low)) return 0;
  return Math.min(Math.max((value - low) / (high - low), 0), 1);
}

/** The colour of what is not finite. */
function colourOf(value: number): number {
  return NON_FINITE_COLOURS[classify(value, NO_LIMITS) as NonFinite];
}

function fill(
  target: PixelTarget,
  x: number,
  y: number,
  to: number,
  end: number,
  colour: number,
) {
  const bottom = Math.min(end, Math.floor(target.pixels.length / target.width));
  const [left, right] = [Math.max(x, 0), Math.min(to, target.width)];
  if (left >= right) return;
  for (let row = Math.max(y, 0); row < bottom; row++) {
    target.pixels.fill(colour, row * target.width + left, row * target.width + right);
  }
}

/**
 * Draw a value as a bar from zero; what is not finite fills the cell with its mark.
 *
 * What is beyond the scale ends where it does; a bar that is only there to compare with is
 * thinner, and so told apart without colours.
 */
export function drawBar(
  target: PixelTarget,
  { x, y, width, height }: Rectangle,
  value: number,
  { limits }: Pick<Scale, "limits">,
  quiet = false,
): void {
  const ink = target.ink ?? ON_LIGHT;
  const at = (one: number) => x + Math.round(share(one, limits) * (width - 1));
  const zero = at(0);
  if (!Number.isFinite(value)) {
    fill(target, x, y, x + width, y + height, colourOf(value));
    return;
  }
  const end = at(value);
  const colour = value < 0 ? ink.negative : ink.positive;
  const [from, to] = [Math.min(zero, end), Math.max(zero, end)];
  const thin = quiet ? Math.max(1, Math.round(height / 4)) : 0;
  if (from < to) fill(target, from, y + thin, to + 1, y + height - thin, colour);
  fill(target, zero, y, zero + 1, y + height, ink.quiet);
}

/**
 * Draw the values of a row as a line, zero as a quiet one.
 *
 * A column of pixels goes from the smallest to the largest of its values, and on to those
 * of the next, so that none is left out however many there are; fewer are joined by straight
 * lines. What is not finite is a column of the colour of its mark; what is beyond the scale
 * is drawn at its end.
 */
function drawLine(
  target: PixelTarget,
  { x, y, width, height }: Rectangle,
  maps: Maps,
  channel: number,
  { limits }: Pick<Scale, "limits">,
): void {
  const ink = target.ink ?? ON_LIGHT;
  const count = maps.height * maps.width;
  const values = maps.values.subarray(channel * count, (channel + 1) * count);
  const { low, high } = limits;
  const down = (value: number) => y + Math.round((1 - share(value, limits)) * (height - 1));
  if (low <= 0 && high >= 0) {
    fill(target, x, down(0), x + width, down(0) + 1, ink.quiet);
  }
  let before: number | null = null;
  for (let column = 0; column < width; column++) {
    const all = valuesIn(values, column, width);
    const finite = all.filter(Number.isFinite).map(down);
    const odd = all.find((value) => !Number.isFinite(value));
    const at = x + column;
    if (odd !== undefined) {
      fill(target, at, y, at + 1, y + height, colourOf(odd));
    }
    if (finite.length) {
      // From the value before on: steep lines have no gaps.
      const joined = before === null ? finite : [...finite, before];
      fill(target, at, Math.min(...joined), at + 1, Math.max(...joined) + 1, ink.positive);
    }
    before = finite.at(-1) ?? null;
  }
}

/** The values that a column of pixels stands for; of fewer than columns, what lies between. */
function valuesIn(values: Float32Array, column: number, columns: number): number[] {
  const count = values.length;
  if (count > columns) {
    const first = Math.floor((column * count) / columns);
    return [...values.subarray(first, Math.ceil(((column + 1) * count) / columns))];
  }
  const place = Math.min(Math.max(((column + 0.5) * count) / columns - 0.5, 0), count - 1);
  const left = Math.floor(place);
  const [from, to] = [values[left]!, values[Math.min(left + 1, count - 1)]!];
  const nearest = place - left < 0.5 ? from : to;
  // Nothing lies between a value and what is not finite.
  if (!Number.isFinite(from) || !Number.isFinite(to)) return [nearest];
  return [from + (to - from) * (place - left)];
}

/** Draw what is no picture: a unit as a bar, anything else as a line. */
export function drawPlot(
  target: PixelTarget,
  cell: Rectangle,
  maps: Maps,
  channel: number,
  scale: Pick<Scale, "limits">,
): void {
  if (maps.form?.kind !== "units") {
    drawLine(target, cell, maps, channel, scale);
    return;
  }
  const height = Math.min(cell.height, THICKEST);
  const y = cell.y + Math.round((cell.height - height) / 2);
  drawBar(target, { ...cell, y, height }, maps.values[channel] ?? NaN, scale);
}
