/** Feature maps -> pixels, by themselves and over a picture. */

import type { Maps } from "../numbers/decode";
import type { Rectangle } from "../numbers/layout";
import type { Limits } from "../numbers/limits";
import { isPlot } from "../numbers/map_form";
import type { Scale } from "../numbers/scale";
import { colouring } from "./colouring";
import { drawPlot } from "./plots";
import { between, betweenRows, type Plane, shrink } from "./resample";
import type { PixelTarget } from "./target";

/** How values between values are drawn. */
export interface DrawOptions {
  /** Bilinear; otherwise each pixel has the colour of its nearest value. */
  smooth: boolean;
}

/**
 * Draw one channel into a cell of whole pixels; what is beyond the target is left out.
 *
 * Along a side with fewer pixels than values each pixel shows the mean of the values it
 * covers, but where one of them is NaN or infinite, it shows that. These are never blended.
 * `table` is one of `COLOUR_MAPS`. What is no picture is drawn as a bar or a line.
 */
export function drawMap(
  target: PixelTarget,
  cell: Rectangle,
  maps: Maps,
  channel: number,
  scale: Scale,
  table: Uint32Array,
  options: DrawOptions = { smooth: false },
): void {
  for (const [name, value] of Object.entries(cell)) {
    if (Number.isInteger(value)) continue;
    throw new RangeError(`Received a cell with ${name} ${value}; expected whole pixels.`);
  }
  if (isPlot(maps)) {
    drawPlot(target, cell, maps, channel, scale);
    return;
  }
  const sight = inSight(target, cell);
  if (sight.width <= 0 || sight.height <= 0) return;
  const plane = legible(maps, channel, cell, scale.limits, options.smooth);
  const colour = colouring(scale, table);
  if (options.smooth) drawSmooth(target, cell, sight, plane, colour);
  else drawNearest(target, cell, sight, plane, colour);
}

/** The part of a cell that is inside the target. */
function inSight(target: PixelTarget, cell: Rectangle): Rectangle {
  const x = Math.max(cell.x, 0);
  const y = Math.max(cell.y, 0);
  const bottom = Math.floor(target.pixels.length / target.width);
  return {
    x,
    y,
    width: Math.min(cell.x + cell.width, target.width) - x,
    height: Math.min(cell.y + cell.height, bottom) - y,
  };
}

/**
 * A channel with no more values along a side than there are pixels.
 *
 * What is mixed with others is saturated first: else one value far beyond the scale would
 * fill all around it.
 */
function legible(
  maps: Maps,
  channel: number,
  cell: Rectangle,
  limits: Limits,
  smooth: boolean,
): Plane {
  const { height, width } = maps;
  const start = channel * height * width;
  const values = maps.values.subarray(start, start + height * width);
  const shrinks = cell.width < width || cell.height < height;
  const mixed = smooth || shrinks ? saturated(values, limits) : values;
  const plane = { values: mixed, height, width };
  if (!shrinks) return plane;
  const [rows, columns] = [Math.min(height, cell.height), Math.min(width, cell.width)];
  return shrink(plane, rows, columns);
}

/** Values brought to the nearer limit, unless the limits have no width, or they are not finite. */
function saturated(values: Float32Array, { low, high }: Limits): Float32Array {
  if (!(low < high)) return values;
  return values.map((value) =>
    Number.isFinite(value) ? Math.min(Math.max(value, low), high) : value,
  );
}

type Colour = ReturnType<typeof colouring>;

function drawNearest(
  { pixels, width }: PixelTarget,
  cell: Rectangle,
  sight: Rectangle,
  plane: Plane,
  colour: Colour,
): void {
  const columns = Int32Array.from({ length: sight.width }, (_, i) =>
    nearest(sight.x - cell.x + i, plane.width, cell.width),
  );
  const colours = new Uint32Array(plane.width);
  let drawn = -1;
  for (let y = sight.y; y < sight.y + sight.height; y++) {
    const row = nearest(y - cell.y, plane.height, cell.height);
    const start = y * width + sight.x;
    if (row === drawn) {
      pixels.copyWithin(start, start - width, start - width + sight.width);
      continue;
    }
    drawn = row;
    if (plane.width === cell.width) {
      const from = row * plane.width + columns[0]!;
      colour(plane.values, from, pixels.subarray(start, start + sight.width));
      continue;
    }
    colour(plane.values, row * plane.width, colours);
    for (let i = 0; i < columns.length; i++) pixels[start + i] = colours[columns[i]!]!;
  }
}

/** The value whose cell the centre of a pixel is in. */
function nearest(pixel: number, values: number, side: number): number {
  return Math.floor(((pixel + 0.5) * values) / side);
}

function drawSmooth(
  { pixels, width }: PixelTarget,
  cell: Rectangle,
  sight: Rectangle,
  plane: Plane,
  colour: Colour,
): void {
  const across = between(plane.width, cell.width, sight.x - cell.x, sight.width);
  const down = between(plane.height, cell.height, sight.y - cell.y, sight.height);
  const interpolate = betweenRows(plane, down, across);
  const row = new Float32Array(sight.width);
  for (let y = 0; y < sight.height; y++) {
    interpolate(y, row);
    const start = (sight.y + y) * width + sight.x;
    colour(row, 0, pixels.subarray(start, start + sight.width));
  }
}

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
export function layOver({ pixels }: PixelTarget, over: PixelTarget, opacity: number): void {
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
