import { describe, expect, it } from "vitest";
import {
  align,
  fieldAt,
  fromRelative,
  nearestPosition,
  positionOn,
  positionsIn,
  type ReceptiveField,
  toRelative,
} from "../../src/numbers/receptive_field";

const field: ReceptiveField = { size: [7, 5], stride: [2, 4], start: [-3, 0] };

it.each([
  [0, 0, { row: 0, column: 0, height: 4, width: 5 }],
  [1, 1, { row: 0, column: 4, height: 6, width: 5 }],
  [4, 2, { row: 5, column: 8, height: 5, width: 4 }],
  [9, 9, { row: 10, column: 12, height: 0, width: 0 }],
])("the field of %d, %d is cut off at the input", (row, column, expected) => {
  expect(fieldAt(field, row, column, 10, 12)).toEqual(expected);
});

it("a field that is larger than the input is all of it", () => {
  const wide: ReceptiveField = { size: [99, 99], stride: [1, 1], start: [-40, -40] };
  expect(fieldAt(wide, 3, 3, 10, 12)).toEqual({ row: 0, column: 0, height: 10, width: 12 });
});

const INPUT = { height: 64, width: 60 };
const MAP = { height: 3, width: 2 };
const FIELD = { size: [11, 7], stride: [16, 20], start: [-3, 5] } as const;

describe("a map on the input", () => {
  it("has each value around the centre of its receptive field", () => {
    const found = align(MAP, FIELD, INPUT);
    expect(found).toEqual({ row: -5.5, column: -1.5, height: 48, width: 40, known: true });
    // The centre of what (2, 1) sees: its start, two and one steps on, and half its size.
    expect(found.row + (2.5 * found.height) / MAP.height).toBe(-3 + 2 * 16 + 11 / 2);
    expect(found.column + (1.5 * found.width) / MAP.width).toBe(5 + 20 + 7 / 2);
  });

  it("covers the whole field where there is only one", () => {
    const field = { size: [64, 60], stride: [0, 0], start: [0, -2] } as const;
    expect(align({ height: 1, width: 1 }, field, INPUT)).toEqual({
      row: 0,
      column: -2,
      height: 64,
      width: 60,
      known: true,
    });
  });

  it("is stretched over the field where all values see the same", () => {
    const field = { size: [64, 60], stride: [0, 0], start: [0, 0] } as const;
    const whole = { row: 0, column: 0, height: 64, width: 60 };
    expect(align(MAP, field, INPUT)).toEqual({ ...whole, known: false });
    // One row of values that see different columns.
    const across = { ...field, size: [64, 30], stride: [0, 30] } as const;
    expect(align({ height: 1, width: 2 }, across, INPUT)).toEqual({ ...whole, known: true });
  });

  it("is stretched over the input where no field is known", () => {
    expect(align(MAP, null, INPUT)).toEqual({
      row: 0,
      column: 0,
      height: 64,
      width: 60,
      known: false,
    });
  });
});

describe("the position at a pixel", () => {
  const found = align(MAP, FIELD, INPUT);

  it("is that whose value covers it", () => {
    expect(positionOn(found, MAP, 0, 0)).toEqual({ row: 0, column: 0 });
    expect(positionOn(found, MAP, 10.4, 18.4)).toEqual({ row: 0, column: 0 });
    expect(positionOn(found, MAP, 10.6, 18.6)).toEqual({ row: 1, column: 1 });
    expect(positionOn(found, MAP, 42.4, 38.4)).toEqual({ row: 2, column: 1 });
  });

  it("is not there beside the map", () => {
    expect(positionOn(found, MAP, 42.6, 0)).toBeNull();
    expect(positionOn(found, MAP, 0, 38.6)).toBeNull();
    expect(positionOn(found, MAP, -5.6, 0)).toBeNull();
  });
});

describe("shares of height and width", () => {
  it("come back to the position that they were made of", () => {
    for (const sides of [MAP, { height: 13, width: 7 }, { height: 1, width: 227 }]) {
      for (let row = 0; row < sides.height; row++) {
        for (let column = 0; column < sides.width; column++) {
          const shares = toRelative(sides, { row, column });
          expect(fromRelative(sides, shares)).toEqual({ row, column });
        }
      }
    }
  });

  it("hold the last position at their end", () => {
    expect(fromRelative(MAP, { y: 1, x: 1 })).toEqual({ row: 2, column: 1 });
    expect(fromRelative(MAP, { y: 0, x: 0.5 })).toEqual({ row: 0, column: 1 });
  });
});

/** The centres of what the rows or columns of a map see, as they follow from a field. */
const centres = (axis: 0 | 1, count: number, { start, stride, size }: ReceptiveField) =>
  Array.from({ length: count }, (_, i) => start[axis] + i * stride[axis] + size[axis] / 2);

const FIELDS: [string, ReceptiveField | null][] = [
  ["of the stride", { size: [16, 20], stride: [16, 20], start: [0, 0] }],
  ["wider, with padding", { size: [31, 47], stride: [16, 20], start: [-9, -14] }],
  ["narrower, beginning inside", { size: [3, 5], stride: [16, 20], start: [7, 11] }],
  ["that is not known", null],
];

describe.each(FIELDS)("a place of the input, for a field %s", (_, field) => {
  const map = { height: 4, width: 3 };
  const alignment = align(map, field, INPUT);
  const stretched: ReceptiveField = { size: [16, 20], stride: [16, 20], start: [0, 0] };
  const down = centres(0, map.height, field ?? stretched);
  const across = centres(1, map.width, field ?? stretched);
  const nearest = (pixel: number, all: number[]) => {
    const far = all.map((centre) => Math.abs(centre - pixel));
    return far.indexOf(Math.min(...far));
  };

  it("belongs to the position whose centre is nearest", () => {
    for (let row = 0.25; row < INPUT.height; row++) {
      for (let column = 0.25; column < INPUT.width; column++) {
        expect(nearestPosition(alignment, map, row, column)).toEqual({
          row: nearest(row, down),
          column: nearest(column, across),
        });
      }
    }
  });

  it("a region holds the positions whose centres lie in it, else the nearest", () => {
    const expected = (from: number, to: number, all: number[]) => {
      const inside = all.flatMap((centre, i) => (centre >= from && centre < to ? [i] : []));
      const first = inside[0] ?? nearest((from + to) / 2, all);
      return { first, end: (inside.at(-1) ?? first) + 1 };
    };
    for (let from = 0.3; from < 58; from += 3) {
      for (let length = 0.5; from + length < 60; length += 2) {
        const region = { row: from, column: from, height: length, width: length };
        expect(positionsIn(alignment, map, region)).toEqual({
          rows: expected(from, from + length, down),
          columns: expected(from, from + length, across),
        });
      }
    }
  });
});
