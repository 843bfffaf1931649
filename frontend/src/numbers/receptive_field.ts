/** Which part of the input a position of a feature map sees, and where the map lies on it. */

import type { Rectangle, Size } from "./layout";
import type { MapPosition } from "./statistics";

/** In pixels of the input, each first down, then across. */
export interface ReceptiveField {
  size: readonly [number, number];
  /** How far the fields of two neighbours are apart. */
  stride: readonly [number, number];
  /** Where the field of the first position begins; below zero in the padding. */
  start: readonly [number, number];
}

/** A part of the input in pixels; without height or width where nothing is seen. */
export interface Region {
  row: number;
  column: number;
  height: number;
  width: number;
}

/** The field of a position, without what is beyond the input. */
export function fieldAt(
  field: ReceptiveField,
  row: number,
  column: number,
  inputHeight: number,
  inputWidth: number,
): Region {
  const [top, height] = stretch(field, 0, row, inputHeight);
  const [left, width] = stretch(field, 1, column, inputWidth);
  return { row: top, column: left, height, width };
}

function stretch(
  { start, stride, size }: ReceptiveField,
  axis: 0 | 1,
  index: number,
  length: number,
): [number, number] {
  const first = start[axis] + index * stride[axis];
  const inside = (pixel: number) => Math.min(Math.max(pixel, 0), length);
  const begin = inside(first);
  return [begin, inside(first + size[axis]) - begin];
}

/** Where a map lies, in pixels of the input; it may reach beyond. */
export interface Alignment extends Region {
  /** Whether the receptive field says so; else the map is stretched over the input. */
  known: boolean;
}

/**
 * Lay a map on the input.
 *
 * Each value covers what is nearer to the centre of its receptive field than to those of
 * its neighbours. Where all fields are the same, it covers the whole field.
 */
export function align(map: Size, field: ReceptiveField | null, input: Size): Alignment {
  if (!field) return { row: 0, column: 0, ...sizeOf(input), known: false };
  const [row, height] = stretchOnInput(field, 0, map.height);
  const [column, width] = stretchOnInput(field, 1, map.width);
  return { row, column, height, width, known: !seesTheSame(map, field) };
}

/** Whether values beside each other see the same: which of them is where is not told then. */
function seesTheSame(map: Size, { stride: [down, across] }: ReceptiveField): boolean {
  return (down === 0 && map.height > 1) || (across === 0 && map.width > 1);
}

function sizeOf({ height, width }: Size): Size {
  return { height, width };
}

function stretchOnInput({ size, stride, start }: ReceptiveField, axis: 0 | 1, count: number) {
  if (stride[axis] === 0) return [start[axis], size[axis]] as const;
  return [start[axis] + (size[axis] - stride[axis]) / 2, count * stride[axis]] as const;
}

/** Pixels of the input as pixels of a drawing, none of a side lost. */
export function zoomedRegion(region: Region, zoom: number): Rectangle {
  const x = Math.round(region.column * zoom);
  const y = Math.round(region.row * zoom);
  return {
    x,
    y,
    width: Math.max(1, Math.round((region.column + region.width) * zoom) - x),
    height: Math.max(1, Math.round((region.row + region.height) * zoom) - y),
  };
}

/** The position of a map whose value covers a pixel; null beside the map. */
export function positionOn(
  alignment: Alignment,
  map: Size,
  row: number,
  column: number,
): MapPosition | null {
  const y = Math.floor(((row - alignment.row) * map.height) / alignment.height);
  const x = Math.floor(((column - alignment.column) * map.width) / alignment.width);
  const inside = y >= 0 && y < map.height && x >= 0 && x < map.width;
  return inside ? { row: y, column: x } : null;
}

/** Where the centre of what a position sees is nearest: a pixel may lie beside the map. */
export function nearestPosition(
  alignment: Alignment,
  map: Size,
  row: number,
  column: number,
): MapPosition {
  const near = (pixel: number, start: number, length: number, count: number) =>
    Math.min(Math.max(Math.floor(((pixel - start) * count) / length), 0), count - 1);
  return {
    row: near(row, alignment.row, alignment.height, map.height),
    column: near(column, alignment.column, alignment.width, map.width),
  };
}

/** Rows and columns of a map, each from the first up to `end`, which is not among them. */
export interface MapArea {
  rows: { first: number; end: number };
  columns: { first: number; end: number };
}

/**
 * The positions of a map whose centres lie in a region of the input.
 *
 * Where a side of the region lies between two centres, it is the row or column nearest to
 * its middle, so that there is always one.
 */
export function positionsIn(alignment: Alignment, map: Size, region: Region): MapArea {
  const middle = nearestPosition(
    alignment,
    map,
    region.row + region.height / 2,
    region.column + region.width / 2,
  );
  const within = (
    [from, to]: readonly [number, number],
    [start, length]: readonly [number, number],
    count: number,
    nearest: number,
  ) => {
    // The centre of number i is at start + (i + ½) length / count.
    const after = (pixel: number) =>
      Math.min(Math.max(Math.ceil(((pixel - start) * count) / length - 0.5), 0), count);
    const [first, end] = [after(from), after(to)];
    return end > first ? { first, end } : { first: nearest, end: nearest + 1 };
  };
  return {
    rows: within(
      [region.row, region.row + region.height],
      [alignment.row, alignment.height],
      map.height,
      middle.row,
    ),
    columns: within(
      [region.column, region.column + region.width],
      [alignment.column, alignment.width],
      map.width,
      middle.column,
    ),
  };
}

/** A position as a share of height and width, 0 to 1. */
export interface RelativePosition {
  y: number;
  x: number;
}

/** A position as a share of height and width: the middle of its value. */
export function toRelative(
  { height, width }: Size,
  { row, column }: MapPosition,
): RelativePosition {
  return { y: (row + 0.5) / height, x: (column + 0.5) / width };
}

/** The position that is at a share of height and width, 0 to 1. */
export function fromRelative({ height, width }: Size, { y, x }: RelativePosition): MapPosition {
  const inside = (share: number, count: number) =>
    Math.min(Math.max(Math.floor(share * count), 0), count - 1);
  return { row: inside(y, height), column: inside(x, width) };
}
