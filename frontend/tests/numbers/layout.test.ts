import { describe, expect, it } from "vitest";
import {
  cellRectangle,
  gridLayout,
  hit,
  LEGIBLE,
  visibleRows,
  zoomBy,
  zoomOf,
} from "../../src/numbers/layout";

/** Whole numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    yield Math.floor(state / 256);
  }
}

const layouts = Array.from({ length: 200 }, (_, seed) => {
  const next = numbers(seed + 1);
  const pick = (most: number) => next.next().value % most;
  const zoom = pick(3) ? [0.1, 0.37, 0.9, 1, 1.4, 2, 7][pick(7)]! : "fit";
  const sizes = [1 + pick(40), 1 + pick(60), 1 + pick(60)] as const;
  return gridLayout(...sizes, pick(900), zoom, pick(9), pick(15), pick(900));
});

describe("gridLayout", () => {
  it("puts integer numbers of pixels to values", () => {
    expect(gridLayout(10, 55, 13, 400, 2, 4)).toEqual({
      count: 10,
      mapWidth: 55,
      mapHeight: 13,
      columns: 3,
      rows: 4,
      cellWidth: 110,
      cellHeight: 26,
      gap: 4,
      label: 0,
      width: 338,
      height: 116,
      scaleX: 2,
      scaleY: 2,
    });
  });

  it("shrinks maps, but not below what is legible", () => {
    expect(gridLayout(1, 200, 100, 400, 0.5, 0)).toMatchObject({
      cellWidth: 100,
      cellHeight: 50,
      scaleX: 0.5,
    });
    expect(gridLayout(1, 200, 100, 400, 0.01, 0)).toMatchObject({
      cellWidth: LEGIBLE,
      cellHeight: LEGIBLE,
    });
    expect(gridLayout(1, 13, 5, 400, 0.5, 0)).toMatchObject({ scaleX: 2, scaleY: 5 });
  });

  it.each([
    ["many small maps", 512, 13, 13, 7],
    ["one small map", 1, 13, 13, 16],
    ["one large map", 1, 113, 113, 2],
    ["many large maps", 64, 192, 192, 0.5],
    ["maps of one value", 1000, 1, 1, 24],
  ])("fit enlarges or shrinks %s", (_, count, width, height, scale) => {
    const found = gridLayout(count, width, height, 1000, "fit", 4);
    expect([found.scaleX, found.scaleY]).toEqual([scale, scale]);
  });

  it("fit enlarges maps as long as all rows are in sight", () => {
    const found = gridLayout(64, 113, 113, 1400, "fit", 4, 14, 800);
    expect(found).toMatchObject({ columns: 12, rows: 6, scaleX: 1, height: 6 * 131 - 4 });
    expect(gridLayout(16, 28, 28, 1000, "fit", 4, 14, 700)).toMatchObject({
      columns: 6,
      rows: 3,
      scaleX: 5,
      height: 3 * 158 - 4,
    });
  });

  it("fit stays in the width, as far as what is legible does", () => {
    for (let available = LEGIBLE; available < 400; available += 7) {
      const found = gridLayout(3, 224, 224, available, "fit", 4);
      expect(found.width).toBeLessThanOrEqual(available);
    }
  });

  it("has an integer scale on every side that is not shrunk", () => {
    for (const { scaleX, scaleY, cellWidth, cellHeight } of layouts) {
      for (const scale of [scaleX, scaleY]) if (scale > 1) expect(scale % 1).toBe(0);
      expect(Math.min(cellWidth, cellHeight)).toBeGreaterThanOrEqual(LEGIBLE);
      expect([cellWidth % 1, cellHeight % 1]).toEqual([0, 0]);
    }
  });

  it("has neither rows nor size without maps, and a place for the first", () => {
    const found = gridLayout(0, 5, 5, 100, "fit", 4);
    expect(found).toMatchObject({ rows: 0, width: 0, height: 0 });
    expect(cellRectangle(found, 0)).toMatchObject({ x: 0, y: 0 });
    expect(hit(found, 0, 0)).toBeNull();
    expect(visibleRows(found, 0, 100)).toEqual({ first: 0, end: 0 });
  });

  it("refuses a zoom and a map without size", () => {
    expect(() => gridLayout(1, 5, 5, 100, 0, 4)).toThrow("Received zoom 0");
    expect(() => gridLayout(1, 0, 5, 100, 1, 4)).toThrow("Received mapWidth 0");
  });
});

describe("hit", () => {
  it("finds every value where it is drawn", () => {
    for (const layout of layouts) {
      for (const index of new Set([0, layout.columns - 1, layout.count - 1])) {
        const cell = cellRectangle(layout, index);
        for (let row = 0; row < layout.mapHeight; row++) {
          for (let column = 0; column < layout.mapWidth; column++) {
            const x = cell.x + (column + 0.5) * layout.scaleX;
            const y = cell.y + (row + 0.5) * layout.scaleY;
            const found = hit(layout, x, y);
            const right = found?.row === row && found.column === column;
            if (!right || found.index !== index) expect(found).toEqual({ index, row, column });
          }
        }
      }
    }
  });

  it("finds exactly the places that a cell covers", () => {
    for (const layout of layouts.slice(0, 60)) {
      const owner = (x: number, y: number) => {
        for (let index = 0; index < layout.count; index++) {
          const cell = cellRectangle(layout, index);
          const inside =
            x >= cell.x && y >= cell.y && x < cell.x + cell.width && y < cell.y + cell.height;
          if (inside) return index;
        }
        return null;
      };
      for (let y = -3; y < layout.height + 5; y += 5) {
        for (let x = -3; x < layout.width + 5; x += 7) {
          const found = hit(layout, x, y);
          if ((found?.index ?? null) !== owner(x, y)) expect([x, y, found]).toBe(owner(x, y));
        }
      }
    }
  });

  it("finds nothing in gaps and behind the last map", () => {
    const layout = gridLayout(3, 10, 10, 70, 3, 5);
    expect(layout).toMatchObject({ columns: 2, rows: 2, cellWidth: 30 });
    expect(hit(layout, 29.9, 29.9)).toEqual({ index: 0, row: 9, column: 9 });
    expect(hit(layout, 35, 0)).toEqual({ index: 1, row: 0, column: 0 });
    expect(hit(layout, 31, 0)).toBeNull();
    expect(hit(layout, 0, 34)).toBeNull();
    expect(hit(layout, 40, 40)).toBeNull();
    expect(hit(layout, 70, 0)).toBeNull();
    expect(hit(layout, -1, 0)).toBeNull();
  });
});

it("visibleRows are those that touch the viewport with their maps or labels", () => {
  for (const layout of layouts.slice(0, 60)) {
    for (let top = -20; top < layout.height + 50; top += 3) {
      const { first, end } = visibleRows(layout, top, 40);
      const rows = Array.from({ length: layout.rows }, (_, row) => row).filter((row) => {
        const { y, height } = cellRectangle(layout, row * layout.columns);
        return y - layout.label < top + 40 && y + height > top;
      });
      const found = Array.from({ length: end - first }, (_, i) => first + i);
      expect(found).toEqual(rows);
    }
  }
});

describe("zoomBy", () => {
  const cells = (width: number, height: number, zoom: number | "fit") =>
    gridLayout(9, width, height, 1000, zoom, 4);

  /** What the zoom is at the start, and after each step as far as there are any. */
  const walk = (width: number, height: number, zoom: number | "fit", factor: number) => {
    const found = [zoomOf(cells(width, height, zoom))];
    for (let next = zoomBy(cells(width, height, zoom), factor); next !== null; ) {
      found.push(zoomOf(cells(width, height, next)));
      next = zoomBy(cells(width, height, next), factor);
    }
    return found;
  };

  it("goes from what is drawn to what is drawn next, and ends where nothing is", () => {
    expect(walk(14, 14, 0.125, 2)).toEqual([2, 4, 8, 16, 32]);
    expect(walk(14, 14, 32, 0.5)).toEqual([32, 16, 8, 4, 2]);
    expect(walk(100, 200, 1, 0.5)).toEqual([1, 0.5, 0.25, 0.125, 0.12]);
  });

  it("takes for drawn the side that was not enlarged", () => {
    expect(walk(55, 3, 1, 2)).toEqual([1, 2, 4, 8, 16, 32]);
    expect(walk(3, 55, 1, 0.5)).toEqual([1, 28 / 55, 24 / 55]);
  });

  it("never stands still, and starts from what fits", () => {
    for (const side of [1, 2, 7, 13, 28, 56, 224]) {
      for (const factor of [2, 0.5]) {
        const found = walk(side, side, "fit", factor);
        const steps = found.slice(1).map((zoom, i) => zoom / found[i]!);
        expect(steps.filter((step) => (factor > 1 ? step <= 1 : step >= 1))).toEqual([]);
        expect(found.length).toBeLessThan(12);
      }
    }
  });
});
