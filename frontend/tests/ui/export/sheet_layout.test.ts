import { expect, it } from "vitest";
import { COLOUR_MAPS } from "../../../src/drawing/colours";
import type { Rectangle } from "../../../src/numbers/layout";
import type { Placed } from "../../../src/ui/export/placed";
import type { Sheet, SheetCell, SheetSection } from "../../../src/ui/export/sheet";
import { layOut, sheetLayout } from "../../../src/ui/export/sheet_layout";

const words = (text: string, { size }: { size: number }) => text.length * size * 0.55;
const cell = (label: string, side = 14): SheetCell => ({
  values: { width: side, height: side },
  label,
  draw: () => {},
});
const cells = (count: number, side = 14): SheetSection["body"] => ({
  kind: "cells",
  cells: Array.from({ length: count }, (_, i) => cell(`${i}`, side)),
});
const table = (rows: number, columns: number): SheetSection["body"] => ({
  kind: "table",
  columns: Array.from({ length: columns }, (_, i) => ({ lines: [`column ${i}`] })),
  rows: Array.from({ length: rows }, (_, row) => ({
    head: { lines: [`row ${row}`] },
    cells: Array.from({ length: columns }, () => cell("")),
  })),
  usual: 96,
  most: 240,
});
const sheet = (body: SheetSection["body"]): Sheet => ({
  title: "conv1",
  facts: ["run a", "", "step 3"],
  sections: [[{ heading: "", body, legends: [] }]],
  legends: [
    {
      scaling: { limits: () => ({ low: 0, high: 2 }), shared: true, words: "the whole layer" },
      paint: {
        scale: () => ({ limits: { low: 0, high: 2 }, gamma: 1, signed: false }),
        name: "gray",
        table: COLOUR_MAPS.gray,
        smooth: false,
        key: "",
      },
      marks: { 0: 90, 1: 0, 2: 10, 3: 4, 4: 0, 5: 0 },
    },
  ],
});
const laid = (body: SheetSection["body"]) => layOut(sheet(body), words, 2, "Show fewer.");
const textsOf = ({ texts }: Placed) => texts.map(({ text }) => text);

function overlap(all: readonly Rectangle[]): boolean {
  const sorted = [...all].sort((a, b) => a.y - b.y || a.x - b.x);
  return sorted.some((one, i) =>
    sorted
      .slice(i + 1, i + 200)
      .some(
        (other) =>
          one.x < other.x + other.width &&
          other.x < one.x + one.width &&
          one.y < other.y + other.height &&
          other.y < one.y + one.height,
      ),
  );
}

function expectInside({ width, height, pictures, texts, ramps, swatches }: Placed) {
  for (const { x, y, ...size } of [...pictures, ...ramps, ...swatches]) {
    expect(x).toBeGreaterThanOrEqual(16);
    expect(x + size.width).toBeLessThanOrEqual(width - 16);
    expect(y + size.height).toBeLessThanOrEqual(height - 16);
  }
  for (const { x, y } of texts) {
    expect(x).toBeGreaterThanOrEqual(16);
    expect(y).toBeLessThanOrEqual(height - 16);
  }
}

it("has title, facts, labels, the ends of the scale and what it does not show", () => {
  expect(textsOf(laid(cells(2)))).toEqual([
    "conv1",
    "run a · step 3",
    ...["0", "1"],
    ...["0", "0.5", "1", "1.5", "2"],
    "the whole layer",
    "10 above the scale (9.6%)",
    "4 NaN",
  ]);
});

it.each([cells(1), cells(48), cells(2048), table(1, 2), table(64, 4), table(3, 150)])(
  "has everything once, and inside",
  (body) => {
    const placed = laid(body);
    const all = body.kind === "table" ? body.rows.flatMap((row) => row.cells) : null;
    const count = body.kind === "cells" ? body.cells.length : all?.length;
    expect(placed.pictures).toHaveLength(count!);
    expect(overlap(placed.pictures)).toBe(false);
    expectInside(placed);
  },
);

it("is wider where it would be more than three times as high", () => {
  expect(laid(cells(48)).width).toBe(1200);
  const { width, height } = laid(cells(2048));
  expect(width).toBeGreaterThan(1200);
  expect(height).toBeLessThanOrEqual(3 * width);
});

it("parts many rows into strips, each with the names of the columns", () => {
  const placed = laid(table(64, 4));
  const heads = textsOf(placed).filter((text) => text === "column 0");
  expect(heads.length).toBeGreaterThan(1);
  const rows = textsOf(placed).filter((text) => text.startsWith("row "));
  expect(rows).toEqual(Array.from({ length: 64 }, (_, row) => `row ${row}`));
});

it("has columns that do not fit below the others, each with the names of the rows", () => {
  const placed = laid(table(3, 150));
  const heads = textsOf(placed).filter((text) => text.startsWith("column"));
  expect(heads.join(" ")).toBe(
    Array.from({ length: 150 }, (_, column) => `column ${column}`).join(" "),
  );
  const rows = textsOf(placed).filter((text) => text === "row 0");
  expect(rows.length).toBeGreaterThan(3);
  expect(placed.height).toBeLessThanOrEqual(3 * placed.width);
});

it("refuses what no browser can draw, and says what to leave out", () => {
  expect(() => laid(cells(20_000))).toThrow(
    /^This picture would be \d+ × \d+ pixels; browsers draw up to 16,000 .* Show fewer\.$/,
  );
});

it("breaks what is too long, at spaces or else anywhere, and cuts nothing", () => {
  const long = `${"a".repeat(500)} ${"word ".repeat(100)}`.trim();
  const placed = layOut({ ...sheet(cells(1)), title: long }, words, 2, "");
  const lines = placed.texts.filter(({ style }) => style.size === 15);
  expect(lines.length).toBeGreaterThan(2);
  expect(
    lines
      .map(({ text }) => text)
      .join("")
      .replaceAll(" ", ""),
  ).toBe(long.replaceAll(" ", ""));
  for (const { text, style } of lines) expect(words(text, style)).toBeLessThanOrEqual(1168);
});

it("says in the place of a cell why there is none, in a row that is as low as that", () => {
  const body = table(2, 1);
  if (body.kind !== "table") throw new Error("It is a table.");
  const absent = { ...cell("The run has no such layer."), draw: null };
  const rows = [{ head: { lines: ["b"] }, cells: [absent] }, ...body.rows];
  const placed = laid({ ...body, rows });
  expect(placed.pictures).toHaveLength(2);
  const at = (text: string) => placed.texts.find((one) => one.text === text)!.y;
  expect(at("row 0") - at("b")).toBeLessThan(60);
  expect(textsOf(placed).join(" ")).toContain("The run has no such layer.");
});

it("lays the maps of scripts out as those of a sheet", () => {
  const { columns } = sheetLayout(48, { width: 14, height: 14 });
  const { pictures } = laid(cells(48));
  expect(pictures.filter(({ y }) => y === pictures[0]!.y)).toHaveLength(columns);
});
