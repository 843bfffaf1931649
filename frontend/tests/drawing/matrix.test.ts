import { describe, expect, it } from "vitest";
import type { Colouring } from "../../src/drawing/colouring";
import { drawMatrix } from "../../src/drawing/matrix";
import { type Matrix, matrixLayout } from "../../src/numbers/matrix";

const MATRIX: Matrix = {
  rows: 2,
  columns: 3,
  values: Float32Array.of(1, 2, 3, 4, 5, 6),
  missing: Uint8Array.of(0, 0, 0, 0, 1, 0),
};
const SIDES = { width: [2, 2], height: [3, 3], gap: 1 } as const;
const LAYOUT = matrixLayout(MATRIX, 0, 0, SIDES);

/** The value itself as its colour, ten more for each row. */
const asTheyAre =
  (row: number): Colouring =>
  (values, start, colours) => {
    for (let i = 0; i < colours.length; i++) colours[i] = values[start + i]! + 10 * row;
  };

function drawn(width: number, height: number, x: number, y: number): number[][] {
  const pixels = new Uint32Array(width * height).fill(99);
  drawMatrix({ pixels, width }, MATRIX, LAYOUT, { x, y }, asTheyAre);
  return Array.from({ length: height }, (_, i) => [
    ...pixels.subarray(i * width, (i + 1) * width),
  ]);
}

describe("drawing a matrix", () => {
  it("fills cells, and leaves what is missing and the gaps", () => {
    const first = [1, 1, 2, 2, 3, 3, 99];
    const second = [14, 14, 99, 99, 16, 16, 99];
    const gap = Array<number>(7).fill(99);
    expect(drawn(7, 7, 0, 0)).toEqual([first, first, gap, second, second, gap, gap]);
  });

  it("draws only what is in sight, from the middle of a cell if need be", () => {
    expect(drawn(4, 3, 1, 1)).toEqual([
      [1, 2, 2, 3],
      [99, 99, 99, 99],
      [14, 99, 99, 16],
    ]);
  });

  it("draws nothing once all is out of sight", () => {
    expect(drawn(2, 1, 6, 0)).toEqual([[99, 99]]);
    expect(drawn(2, 1, 0, 6)).toEqual([[99, 99]]);
  });
});
