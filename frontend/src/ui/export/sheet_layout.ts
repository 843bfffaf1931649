/** Where everything is on an exported picture, in CSS pixels. */

import { css, markColour } from "../../drawing/colours";
import { markWords, rampTicks, scaleWords } from "../../drawing/legend";
import { cellRectangle, type GridLayout, gridLayout, type Size } from "../../numbers/layout";
import { sizeIn as wholeSizeIn } from "../../numbers/row_layout";
import {
  beside,
  EMPTY,
  moved,
  type Placed,
  stacked,
  type TextStyle,
  together,
  type Words,
  wrapped,
} from "./placed";
import type {
  Sheet,
  SheetCell,
  SheetDrawing,
  SheetHead,
  SheetLegend,
  SheetSection,
  SheetTable,
} from "./sheet";

/** Widths that are tried, from the usual one on. */
const WIDTHS = [1200, 1800, 2700, 4000, 6000, 8000];
/** How many times as high as wide a sheet is at most, if it can be wider. */
const HIGHEST = 3;
const [MARGIN, GAP, LABEL] = [16, 4, 14];
/** Between what is beside each other, and below each other. */
const [APART, BELOW] = [24, 16];
const RAMP = { width: 256, height: 10 };
const SWATCH = 9;
/** The least width of a column, and the most of the names of rows. */
const [COLUMN, GUTTER] = [56, 200];
/** The largest side of the pictures above columns. */
const HEAD = 72;

const STYLES = {
  title: { size: 15, line: 20, colour: "--ink" },
  heading: { size: 13, line: 18, colour: "--ink" },
  facts: { size: 12, line: 18, colour: "--quiet" },
  head: { size: 11, line: 14, colour: "--ink" },
  label: { size: 10, line: 12, colour: "--quiet" },
  tick: { size: 10, line: 12, colour: "--ink" },
} as const satisfies { [name: string]: TextStyle };

/** What a canvas can have: pixels along a side, and in all. */
const LARGEST = { side: 16_000, pixels: 2 ** 27 };

/** Where maps are on a sheet, or on `share` of its width. */
export function sheetLayout(count: number, maps: Size, share = 1): GridLayout {
  return cellsLayout(count, maps, Math.floor((WIDTHS[0]! - 2 * MARGIN) * share));
}

function cellsLayout(count: number, maps: Size, inside: number): GridLayout {
  return gridLayout(count, maps.width, maps.height, inside, "fit", GAP, LABEL);
}

/**
 * Lay a sheet out, `ratio` pixels being one CSS pixel.
 *
 * It is as wide as it must be not to be very high. What no browser can draw is refused, and
 * `fewer` says what to leave out.
 */
export function layOut(sheet: Sheet, words: Words, ratio: number, fewer: string): Placed {
  let best: Placed | null = null;
  let least: Placed | null = null;
  for (const width of WIDTHS) {
    const placed = laidOut(sheet, width, words, ratio);
    if (!least || placed.height < least.height) least = placed;
    if (!isDrawable(placed, ratio)) continue;
    if (placed.height <= HIGHEST * placed.width) return placed;
    if (!best || placed.width * placed.height < best.width * best.height) best = placed;
  }
  if (best) return best;
  const [across, down] = [least!.width * ratio, least!.height * ratio].map(Math.ceil);
  throw new RangeError(
    `This picture would be ${across} × ${down} pixels; browsers draw up to ` +
      `${LARGEST.side.toLocaleString("en")} along a side, and ` +
      `${Math.floor(LARGEST.pixels / 1e6)} million in all. ${fewer}`,
  );
}

function isDrawable({ width, height }: Size, ratio: number): boolean {
  const [across, down] = [width * ratio, height * ratio];
  const { side, pixels } = LARGEST;
  return across <= side && down <= side && across * down <= pixels;
}

function laidOut(sheet: Sheet, width: number, words: Words, ratio: number): Placed {
  const inside = width - 2 * MARGIN;
  const rows = sheet.sections.map((sections) => {
    const share = Math.floor((inside - (sections.length - 1) * APART) / sections.length);
    return beside(
      sections.map((section) => laySection(section, share, words, ratio)),
      APART,
    );
  });
  const content = stacked(
    [
      stacked(
        [
          text([sheet.title], STYLES.title, inside, words),
          text([sheet.facts.filter(Boolean).join(" · ")], STYLES.facts, inside, words),
        ],
        0,
      ),
      ...rows,
      ...sheet.legends.map((legend) => layLegend(legend, inside, words)),
    ],
    BELOW,
  );
  return {
    ...moved(content, MARGIN, MARGIN),
    width: Math.max(width, content.width + 2 * MARGIN),
    height: content.height + 2 * MARGIN,
  };
}

function laySection(
  { heading, body, legends }: SheetSection,
  inside: number,
  words: Words,
  ratio: number,
): Placed {
  const parts = [
    ...(heading ? [text([heading], STYLES.heading, inside, words)] : []),
    layBody(body, inside, words, ratio),
    ...legends.map((legend) => layLegend(legend, inside, words)),
  ];
  return stacked(parts, BELOW / 2);
}

function layBody(
  body: SheetSection["body"],
  inside: number,
  words: Words,
  ratio: number,
): Placed {
  if (body.kind === "cells") return layCells(body.cells, inside);
  return body.kind === "table" ? layTable(body, inside, words, ratio) : layDrawing(body);
}

function layDrawing({ size, draw }: SheetDrawing): Placed {
  return { ...EMPTY, ...size, pictures: [{ x: 0, y: 0, ...size, draw, framed: false }] };
}

/** Cells in rows, each below its label. */
function layCells(cells: readonly SheetCell[], inside: number): Placed {
  const layout = cellsLayout(cells.length, cells[0]?.values ?? { width: 1, height: 1 }, inside);
  const { width, height } = layout;
  return {
    ...EMPTY,
    width,
    height,
    texts: cells.map(({ label }, i) => {
      const { x, y } = cellRectangle(layout, i);
      return { text: label, x, y: y - 3, align: "left", style: STYLES.label };
    }),
    pictures: cells.flatMap(({ draw }, i) =>
      draw ? [{ ...cellRectangle(layout, i), draw, framed: true }] : [],
    ),
  };
}

/** Rows and columns; many rows are parted into strips beside each other, each with heads. */
function layTable(table: SheetTable, inside: number, words: Words, ratio: number): Placed {
  const sides = tableSides(table, inside, words, ratio);
  const strip = (rows: SheetTable["rows"]) => layStrip({ ...table, rows }, sides, words);
  const whole = strip(table.rows);
  const room = Math.floor((inside + APART) / (whole.width + APART));
  const count = Math.max(1, Math.min(room, Math.ceil(whole.height / inside)));
  if (count === 1) return whole;
  const length = Math.ceil(table.rows.length / count);
  return beside(
    Array.from({ length: count }, (_, i) =>
      strip(table.rows.slice(i * length, (i + 1) * length)),
    ).filter(({ pictures, texts }) => pictures.length || texts.length),
    APART,
  );
}

interface TableSides {
  /** Of the names of rows. */
  gutter: number;
  /** Of the pictures in the cells, and of a column. */
  cell: Size;
  column: number;
  sizeOf: (cell: SheetCell) => Size;
}

function tableSides(
  { columns, rows, usual, most }: SheetTable,
  inside: number,
  words: Words,
  ratio: number,
): TableSides {
  const names = rows.flatMap(({ head }) => head.lines.map((line) => words(line, STYLES.head)));
  const longest = Math.max(0, ...names);
  const gutter = longest && Math.ceil(Math.min(longest, GUTTER)) + 2 * GAP;
  const room = Math.floor((inside - gutter) / Math.max(1, columns.length)) - GAP;
  const high = Math.floor(WIDTHS[0]! / Math.max(1, rows.length));
  const box = Math.max(usual, Math.min(room, high, most));
  const sizeOf = (cell: SheetCell) => sizeIn(cell, box, ratio);
  const drawn = rows.flatMap(({ cells }) =>
    cells.flatMap((one) => (one.draw ? [sizeOf(one)] : [])),
  );
  const cell = {
    width: Math.ceil(Math.max(0, ...drawn.map(({ width }) => width))) || usual,
    height: Math.ceil(Math.max(0, ...drawn.map(({ height }) => height))) || usual,
  };
  return { gutter, cell, column: Math.max(cell.width, COLUMN), sizeOf };
}

function layStrip(
  { columns, rows }: SheetTable,
  { gutter, cell, column, sizeOf }: TableSides,
  words: Words,
): Placed {
  const pitch = column + 2 * GAP;
  const at = (number: number) => gutter + number * pitch;
  const heads = columns.map((head) => layHead(head, column, words));
  const top = Math.max(0, ...heads.map(({ height }) => height));
  // Names are near their columns, but pictures of one height.
  const pictured = columns.some((one) => one.cell);
  const parts = heads.map((head, i) => moved(head, at(i), pictured ? 0 : top - head.height));
  let y = top && top + GAP;
  for (const { head, cells } of rows) {
    const name = text(head.lines, STYLES.head, gutter - GAP, words);
    const placed = cells.map((one, i) =>
      moved(layCell(one, cell, column, sizeOf, words), at(i), y),
    );
    parts.push(moved(name, 0, y), ...placed);
    y += Math.max(name.height, ...placed.map((one) => one.height - y)) + 2 * GAP;
  }
  const width = at(columns.length) - 2 * GAP;
  return { ...together(parts), width, height: Math.max(0, y - 2 * GAP) };
}

function layHead({ lines, cell }: SheetHead, width: number, words: Words): Placed {
  const name = text(lines, STYLES.head, width, words);
  if (!cell?.draw) return name;
  const side = Math.min(HEAD, width);
  const size = sizeIn(cell, side, 1);
  const picture = { x: 0, y: 0, ...size, draw: cell.draw, framed: true };
  return stacked([{ ...EMPTY, ...size, pictures: [picture] }, name], GAP / 2);
}

/** A cell with its label below it, or why nothing is drawn. */
function layCell(
  one: SheetCell,
  cell: Size,
  column: number,
  sizeOf: TableSides["sizeOf"],
  words: Words,
): Placed {
  const { draw, label } = one;
  const below = label ? text([label], STYLES.label, column, words) : EMPTY;
  if (!draw) return below;
  const picture: Placed = {
    ...EMPTY,
    width: cell.width,
    height: cell.height,
    pictures: [{ x: 0, y: 0, ...sizeOf(one), draw, framed: true }],
  };
  return label ? stacked([picture, below], GAP / 2) : picture;
}

/** Its size in a square: whole pixels for a value where it is no photograph. */
function sizeIn({ values, fills }: SheetCell, side: number, ratio: number): Size {
  const box = { width: side * ratio, height: side * ratio };
  if (!fills) {
    const { width, height } = wholeSizeIn(box, values);
    return { width: width / ratio, height: height / ratio };
  }
  const zoom = side / Math.max(values.width, values.height);
  return { width: values.width * zoom, height: values.height * zoom };
}

/** The colours with their values, beside them in words what they are, and the marks. */
function layLegend(
  { scaling, paint, marks }: SheetLegend,
  inside: number,
  words: Words,
): Placed {
  const scale = paint.scale(0);
  const ticks = rampTicks(scale, scaling.shared, RAMP.width);
  const ramp: Placed = {
    ...EMPTY,
    width: RAMP.width,
    height: RAMP.height + STYLES.tick.line + 2,
    ramps: [{ x: 0, y: 0, ...RAMP, table: paint.table }],
    texts: ticks.map(({ text, share }) => ({
      text,
      x: RAMP.width * share,
      y: RAMP.height + STYLES.tick.line,
      align: share === 0 ? "left" : share === 1 ? "right" : "center",
      style: STYLES.tick,
    })),
  };
  const room = inside - RAMP.width - APART;
  const told = [
    text([scaleWords(scaling, scale)], STYLES.facts, room, words),
    ...markWords(marks).map(({ mark, words: counted }) => {
      const colour = css(markColour(mark, paint.table));
      const swatch: Placed = {
        ...EMPTY,
        width: SWATCH,
        height: SWATCH,
        swatches: [{ x: 0, y: 4, width: SWATCH, height: SWATCH, colour }],
      };
      return beside([swatch, text([counted], STYLES.facts, room - 16, words)], GAP);
    }),
  ];
  return beside([ramp, moved(stacked(told, 0), 0, -4)], APART);
}

/** Lines of text, broken where they are longer than `width`. */
function text(lines: readonly string[], style: TextStyle, width: number, words: Words): Placed {
  const broken = lines.flatMap((line) => wrapped(line, style, width, words));
  return {
    ...EMPTY,
    width: Math.ceil(Math.max(0, ...broken.map((line) => words(line, style)))),
    height: broken.length * style.line,
    texts: broken.map((line, i) => ({
      text: line,
      x: 0,
      y: i * style.line + style.size,
      align: "left",
      style,
    })),
  };
}
