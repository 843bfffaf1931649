import { describe, expect, it } from "vitest";
import { rowsLayout } from "../../src/numbers/rows";

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
