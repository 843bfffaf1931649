import { describe, expect, it } from "vitest";
import { gridLayout, hit } from "../../src/numbers/layout";
import { barBand, mapsLayout } from "../../src/numbers/plot_layout";
import { rowsLayout } from "../../src/numbers/row_layout";

const UNITS = { width: 1, height: 1, form: { kind: "units" } } as const;
const SEQUENCE = { width: 200, height: 1, form: { kind: "sequence" } } as const;
const ROOM = { availableWidth: 900, zoom: "fit", gap: 4, label: 14 } as const;

describe("maps in a grid", () => {
  it("are laid out as pictures where they are such", () => {
    const picture = { width: 16, height: 12 };
    expect(mapsLayout(30, picture, { ...ROOM, availableHeight: 500 })).toEqual(
      gridLayout(30, 16, 12, 900, "fit", 4, 14, 500),
    );
  });

  it.each([
    ["units", UNITS],
    ["sequences", SEQUENCE],
  ])("fill the width as %s that can be read", (_, maps) => {
    for (const count of [1, 4, 64, 4096]) {
      for (const availableWidth of [120, 500, 900, 1600]) {
        const layout = mapsLayout(count, maps, { ...ROOM, availableWidth });
        expect(layout.width).toBeLessThanOrEqual(availableWidth);
        expect(layout.cellWidth).toBeGreaterThanOrEqual(Math.min(availableWidth, 150));
        expect(layout.rows * layout.columns).toBeGreaterThanOrEqual(count);
      }
    }
  });

  it("keep 4096 units within some screens", () => {
    const { height, cellHeight } = mapsLayout(4096, UNITS, { ...ROOM, bars: 3 });
    expect(cellHeight).toBe(25);
    expect(height / 900).toBeLessThan(45);
  });

  it("are pointed at by their positions, however wide they are", () => {
    const layout = mapsLayout(6, SEQUENCE, ROOM);
    const middle = layout.label + layout.cellHeight / 2;
    const columns = [0.25, 0.75].map((share) => hit(layout, share * layout.cellWidth, middle));
    expect(columns).toEqual([
      { index: 0, row: 0, column: 50 },
      { index: 0, row: 0, column: 150 },
    ]);
  });

  it("are as wide as was chosen, of a sequence", () => {
    const widths = [0.1, 1, 2, 100].map(
      (zoom) => mapsLayout(6, SEQUENCE, { ...ROOM, zoom }).cellWidth,
    );
    expect(widths).toEqual([64, 200, 400, 1024]);
  });
});

it("bars of one unit stand below one another without touching", () => {
  const bands = Array.from({ length: 3 }, (_, i) => barBand(i, 3));
  expect(bands[0]!.from).toBe(0);
  expect(bands[2]!.to).toBe(1);
  for (const [i, { from }] of bands.entries()) {
    if (i) expect(from).toBeGreaterThan(bands[i - 1]!.to);
  }
});

it.each([
  ["units", UNITS],
  ["sequences", SEQUENCE],
])("rows of %s have room for two lines and a head, however many columns", (_, maps) => {
  for (const columns of [2, 3, 9, 25]) {
    const layout = rowsLayout(maps, 50, columns, null, { width: 800, height: 600 }, 8, 88);
    expect(layout.columns).toBe(columns);
    expect(layout.cellHeight).toBeGreaterThanOrEqual(34);
    expect(layout.cellWidth).toBeGreaterThanOrEqual(88);
  }
});
