import { describe, expect, it } from "vitest";
import {
  cellSize,
  chooseColumns,
  everySo,
  inSight,
  rowsLayout,
  sizeIn,
} from "../../src/numbers/row_layout";

const MAP = { width: 14, height: 14 };

function sides(
  map: typeof MAP,
  columns: number,
  zoom: number | null,
  room: { width: number; height: number },
) {
  const {
    cellWidth,
    cellHeight,
    columns: laid,
    rows,
    width,
  } = rowsLayout(map, 5, columns, zoom, room, 8, 88);
  return { cellWidth, cellHeight, columns: laid, rows, width };
}

describe("maps in rows", () => {
  it("fill the width", () => {
    expect(sides(MAP, 3, null, { width: 600, height: 2000 })).toEqual({
      cellWidth: 13 * 14,
      cellHeight: 13 * 14,
      columns: 3,
      rows: 5,
      width: 3 * (13 * 14 + 8) - 8,
    });
  });

  it("become no larger than is enough, on any screen", () => {
    expect(sides(MAP, 2, null, { width: 2000, height: 2000 }).cellWidth).toBe(17 * 14);
    const fine = { width: 4000, height: 4000 };
    expect(rowsLayout(MAP, 5, 2, null, fine, 16, 88, 2).cellWidth).toBe(34 * 14);
  });

  it("leave two rows in sight where there is less height", () => {
    const { cellHeight } = sides(MAP, 3, null, { width: 600, height: 280 });
    expect(cellHeight).toBe(9 * 14);
    expect(2 * (cellHeight + 8) - 8).toBeLessThanOrEqual(280);
  });

  it("are never smaller than they are usually, whatever the room", () => {
    const found = sides(MAP, 20, null, { width: 300, height: 90 });
    expect(found.cellWidth).toBe(6 * 14);
    expect(found.columns).toBe(20);
    expect(sides({ width: 300, height: 150 }, 3, null, { width: 0, height: 0 })).toMatchObject({
      cellWidth: 88,
      cellHeight: 44,
    });
  });

  it("are as large as was chosen", () => {
    expect(sides(MAP, 3, 2, { width: 600, height: 400 })).toMatchObject({ cellWidth: 28 });
    const tiny = { width: 1, height: 1 };
    expect(sides(tiny, 3, null, { width: 900, height: 900 })).toMatchObject({ cellWidth: 32 });
  });
});

describe("the columns chosen", () => {
  it.each([
    ["all that there are, where they fit", 4, 4, null, [0, 1, 2, 3]],
    ["all, where more would fit", 3, Infinity, 1, [0, 1, 2]],
    ["an even choice with both ends", 41, 5, null, [0, 10, 20, 30, 40]],
    ["what is kept, for the one nearest to it", 41, 5, 27, [0, 10, 20, 27, 40]],
    ["what is kept, though the first is nearer", 41, 5, 1, [0, 1, 20, 30, 40]],
    ["what is kept, though the last is nearer", 41, 5, 39, [0, 10, 20, 39, 40]],
    ["what is kept among them already", 41, 5, 20, [0, 10, 20, 30, 40]],
    ["no column that is not there", 41, 3, 99, [0, 20, 40]],
    ["of two the kept and the last", 41, 2, 7, [7, 40]],
    ["of one the kept", 41, 1, 7, [7]],
    ["of one the last", 41, 0, null, [40]],
    ["nothing of nothing", 0, 5, 0, []],
  ])("are %s", (_, count, fitting, kept, expected) => {
    expect(chooseColumns(count, fitting, kept)).toEqual(expected);
  });

  it("are as many as fit, each once, in order, whatever is kept", () => {
    for (let kept = 0; kept < 23; kept++) {
      for (let fitting = 3; fitting < 23; fitting++) {
        const chosen = chooseColumns(23, fitting, kept);
        const once = [...new Set(chosen)].sort((one, other) => one - other);
        expect(chosen).toEqual(once);
        expect(chosen).toHaveLength(fitting);
        expect([chosen[0], chosen.includes(kept), chosen.at(-1)]).toEqual([0, true, 22]);
      }
    }
  });
});

describe("what is in sight", () => {
  it.each([
    [10, 5, 0, 12, { first: 0, end: 3 }],
    [10, 5, 14, 11, { first: 2, end: 5 }],
    [10, 5, 45, 99, { first: 9, end: 10 }],
    [10, 5, 99, 10, { first: 10, end: 10 }],
    [0, 5, 0, 10, { first: 0, end: 0 }],
  ])("of %i stretches of %i from %i over %i", (count, pitch, scrolled, size, expected) => {
    expect(inSight(count, pitch, scrolled, size)).toEqual(expected);
  });
});

it("labels every 1, 2, 5, 10, … so that there is room", () => {
  expect([60, 40, 20, 9, 4, 0.5].map((pitch) => everySo(pitch, 44))).toEqual([
    1, 2, 5, 5, 20, 100,
  ]);
});

describe("the sides of a map", () => {
  it("are whole pixels for a value, or shrunk in proportion", () => {
    expect(sizeIn({ width: 72, height: 72 }, { width: 30, height: 20 })).toEqual({
      width: 60,
      height: 40,
    });
    expect(sizeIn({ width: 72, height: 72 }, { width: 144, height: 288 })).toEqual({
      width: 36,
      height: 72,
    });
    expect(sizeIn({ width: 72, height: 72 }, { width: 1000, height: 1 })).toEqual({
      width: 72,
      height: 1,
    });
  });

  const map = { width: 12, height: 12 };
  const sideOf = (
    columns: number,
    rows: number,
    room: { width: number; height: number },
    zoom: number | null = null,
  ) => cellSize(map, { columns, rows, gap: { width: 6, height: 20 } }, room, zoom).width;
  const room = { width: 780, height: 500 };

  it("fill the width, with many columns in sight rather than larger cells", () => {
    expect(sideOf(5, 1, room)).toBe(144);
    // 7 of them: 780 / 7 - 6 = 105.
    expect(sideOf(40, 1, room)).toBe(96);
    // 8 of them: 1300 / 8 - 6 = 156.
    expect(sideOf(40, 1, { ...room, width: 1300 })).toBe(156);
  });

  it("fill the height, up to a limit", () => {
    expect(sideOf(2, 2, room)).toBe(228);
    expect(sideOf(1, 1, { width: 2000, height: 2000 })).toBe(360);
  });

  it("are never too small to be seen, and as large as zoomed", () => {
    expect(sideOf(40, 30, room)).toBe(72);
    expect(sideOf(1, 1, room, 0.5)).toBe(6);
  });
});
