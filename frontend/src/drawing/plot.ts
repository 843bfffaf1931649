/** Lines in a frame with axes: where their points are, in CSS pixels. */

import type { Rectangle } from "../numbers/layout";
import type { Limits } from "../numbers/limits";

/** A point of a line; null where its value is not finite. */
export interface Point {
  x: number;
  y: number | null;
}

/** What is at the ends of the two axes. */
export interface Axes {
  x: Limits;
  y: Limits;
}

/** How much room is left above and below the values, as a share of their range. */
const ROOM = 0.05;

/** Axes that hold all points of all lines; null where there is no value. */
export function axesOf(lines: readonly (readonly Point[])[]): Axes | null {
  const [x, y] = [open(), open()];
  for (const points of lines) {
    for (const point of points) {
      widen(x, point.x);
      if (point.y !== null) widen(y, point.y);
    }
  }
  if (x.low > x.high || y.low > y.high) return null;
  const room = ROOM * (y.high - y.low);
  return { x: apart(x), y: apart({ low: y.low - room, high: y.high + room }) };
}

function open(): Limits {
  return { low: Infinity, high: -Infinity };
}

function widen(limits: Limits, value: number): void {
  limits.low = Math.min(limits.low, value);
  limits.high = Math.max(limits.high, value);
}

/** An axis needs a width: a single value is in its middle. */
function apart({ low, high }: Limits): Limits {
  if (high > low) return { low, high };
  const half = Math.abs(low) / 2 || 0.5;
  return { low: low - half, high: high + half };
}

/** How far right a value of the horizontal axis is. */
export function across({ x }: Axes, frame: Rectangle, value: number): number {
  return frame.x + (frame.width * (value - x.low)) / (x.high - x.low);
}

/** How far down a value of the vertical axis is. */
export function down({ y }: Axes, frame: Rectangle, value: number): number {
  return frame.y + (frame.height * (y.high - value)) / (y.high - y.low);
}

/** The path of an SVG along a line, with gaps where there is no value. */
export function pathOf(axes: Axes, frame: Rectangle, points: readonly Point[]): string {
  let path = "";
  let drawn = false;
  for (const { x, y } of points) {
    const next = drawn ? "L" : "M";
    if (y !== null) path += next + place(axes, frame, x, y).map(tenth).join(" ");
    drawn = y !== null;
  }
  return path;
}

function place(axes: Axes, frame: Rectangle, x: number, y: number): [number, number] {
  return [across(axes, frame, x), down(axes, frame, y)];
}

/** A place to a tenth of a pixel. */
function tenth(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/** The values without one beside them, which a path would not show. */
export function alone(points: readonly Point[]): { x: number; y: number }[] {
  const isolated: { x: number; y: number }[] = [];
  points.forEach(({ x, y }, i) => {
    const beside = (points[i - 1]?.y ?? null) !== null || (points[i + 1]?.y ?? null) !== null;
    if (y !== null && !beside) isolated.push({ x, y });
  });
  return isolated;
}

/** The place on the horizontal axis with a point that is nearest to some pixels. */
export function nearestX(
  axes: Axes,
  frame: Rectangle,
  lines: readonly (readonly Point[])[],
  pixels: number,
): number | null {
  let best: number | null = null;
  let far = Infinity;
  for (const { x } of lines.flat()) {
    const apartBy = Math.abs(across(axes, frame, x) - pixels);
    if (apartBy < far) [best, far] = [x, apartBy];
  }
  return best;
}
