import { describe, expect, it } from "vitest";
import { cellAt, curveMatrix, matrixLayout } from "../../src/numbers/matrix";

describe("the matrix of a curve", () => {
  it("has a row for each channel in the order given", () => {
    const lists = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect(curveMatrix(lists, [2, 0])).toEqual({
      rows: 2,
      columns: 2,
      values: Float32Array.of(3, 6, 1, 4),
      missing: Uint8Array.of(0, 0, 0, 0),
    });
  });

  it("tells what is not finite from what is not there", () => {
    expect(curveMatrix([[null, 1], null, [0]], [0, 1])).toEqual({
      rows: 2,
      columns: 3,
      values: Float32Array.of(NaN, NaN, 0, 1, NaN, NaN),
      missing: Uint8Array.of(0, 1, 0, 0, 1, 1),
    });
  });
});

const SIDES = { width: [3, 48], height: [4, 22], gap: 1 } as const;

describe("cells", () => {
  it("are whole pixels that fill the room", () => {
    expect(matrixLayout({ rows: 10, columns: 7 }, 100, 105, SIDES)).toEqual({
      rows: 10,
      columns: 7,
      cellWidth: 14,
      cellHeight: 10,
      gap: 1,
      width: 98,
      height: 100,
    });
  });

  it("are neither too small nor too large", () => {
    const many = matrixLayout({ rows: 512, columns: 1000 }, 600, 300, SIDES);
    expect([many.cellWidth, many.cellHeight, many.width, many.height]).toEqual([
      3, 4, 3000, 2048,
    ]);
    const few = matrixLayout({ rows: 1, columns: 1 }, 600, 300, SIDES);
    expect([few.cellWidth, few.cellHeight]).toEqual([48, 22]);
  });

  it("are found by their place", () => {
    const layout = matrixLayout({ rows: 10, columns: 7 }, 100, 105, SIDES);
    expect(cellAt(layout, 0, 0)).toEqual({ row: 0, column: 0 });
    expect(cellAt(layout, 97.9, 99.9)).toEqual({ row: 9, column: 6 });
    expect(cellAt(layout, 14, 10)).toEqual({ row: 1, column: 1 });
    expect(cellAt(layout, 98, 0)).toBeNull();
    expect(cellAt(layout, 0, 100)).toBeNull();
    expect(cellAt(layout, -1, 0)).toBeNull();
  });
});
