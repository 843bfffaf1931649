/** Which part of the input a position of a feature map sees. */

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
  const inside = (place: number) => Math.min(Math.max(place, 0), length);
  const begin = inside(first);
  return [begin, inside(first + size[axis]) - begin];
}
