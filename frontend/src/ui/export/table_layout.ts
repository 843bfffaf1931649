/** Where the cells of a table are on an exported picture, in CSS pixels. */

import type { Size } from "../../numbers/layout";
import { isPlot } from "../../numbers/map_form";
import { plotHeight } from "../../numbers/plot_layout";
import { type Span, sizeIn as wholeSizeIn } from "../../numbers/row_layout";
import {
  APART,
  beside,
  EMPTY,
  GAP,
  largest,
  moved,
  type Placed,
  STYLES,
  stacked,
  text,
  together,
  type Words,
} from "./placed";
import type { SheetCell, SheetHead, SheetTable } from "./sheet";

/** The least width of a column, and the most of the names of rows. */
const [COLUMN, GUTTER] = [56, 200];
/** The largest side of the pictures above columns. */
const HEAD = 72;

/** Between columns, and between rows. */
const BETWEEN = 2 * GAP;
/** How high all rows may be before cells are no larger than usual. */
const HIGH = 1200;

/**
 * Rows and columns, each with a head.
 *
 * Columns that are more than fit go on below, and many rows beside the first ones.
 */
export function layTable(
  table: SheetTable,
  inside: number,
  words: Words,
  ratio: number,
): Placed {
  const sides = tableSides(table, inside, words, ratio);
  const fitting = Math.max(1, Math.floor((inside - sides.gutter + BETWEEN) / pitchOf(sides)));
  const wide = Math.ceil(table.columns.length / fitting);
  if (wide > 1) {
    const parts = partsOf(table.columns, wide).map(({ first, end }) =>
      layStrip(columnsIn(table, first, end), sides, words),
    );
    return stacked(parts, APART);
  }
  const whole = layStrip(table, sides, words);
  const room = Math.floor((inside + APART) / (whole.width + APART));
  const count = Math.max(1, Math.min(room, Math.ceil(whole.height / inside)));
  if (count === 1) return whole;
  const parts = partsOf(table.rows, count).map(({ first, end }) =>
    layStrip({ ...table, rows: table.rows.slice(first, end) }, sides, words),
  );
  return beside(parts, APART);
}

/** Up to `count` spans of a list that are equally long, but for the last one. */
function partsOf({ length }: readonly unknown[], count: number): Span[] {
  const each = Math.ceil(length / count);
  return Array.from({ length: Math.ceil(length / each) }, (_, i) => ({
    first: i * each,
    end: Math.min(length, (i + 1) * each),
  }));
}

function columnsIn(table: SheetTable, first: number, end: number): SheetTable {
  return {
    ...table,
    columns: table.columns.slice(first, end),
    rows: table.rows.map(({ head, cells }) => ({ head, cells: cells.slice(first, end) })),
  };
}

function pitchOf({ column }: Pick<TableSides, "column">): number {
  return column + BETWEEN;
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
  const longest = largest(names);
  const gutter = longest && Math.ceil(Math.min(longest, GUTTER)) + BETWEEN;
  const room = Math.floor((inside - gutter + BETWEEN) / Math.max(1, columns.length)) - BETWEEN;
  const high = Math.floor(HIGH / Math.max(1, rows.length));
  const box = Math.max(usual, Math.min(room, high, most));
  const sizeOf = (cell: SheetCell) => sizeIn(cell, box, ratio);
  const drawn = rows.flatMap(({ cells }) =>
    cells.flatMap((one) => (one.draw ? [sizeOf(one)] : [])),
  );
  const cell = {
    width: Math.ceil(largest(drawn.map(({ width }) => width))) || usual,
    height: Math.ceil(largest(drawn.map(({ height }) => height))) || usual,
  };
  return { gutter, cell, column: Math.max(cell.width, COLUMN), sizeOf };
}

function layStrip(
  { columns, rows }: SheetTable,
  { gutter, cell, column, sizeOf }: TableSides,
  words: Words,
): Placed {
  const pitch = pitchOf({ column });
  const at = (number: number) => gutter + number * pitch;
  const heads = columns.map((head) => layHead(head, column, words));
  const top = largest(heads.map(({ height }) => height));
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
    y += Math.max(name.height, ...placed.map((one) => one.height - y)) + BETWEEN;
  }
  const width = at(columns.length) - BETWEEN;
  return { ...together(parts), width, height: Math.max(0, y - BETWEEN) };
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
function sizeIn({ values, fills, bars = 1 }: SheetCell, side: number, ratio: number): Size {
  if (isPlot(values)) return { width: side, height: plotHeight(values, bars, side / 3) };
  const box = { width: side * ratio, height: side * ratio };
  if (!fills) {
    const { width, height } = wholeSizeIn(box, values);
    return { width: width / ratio, height: height / ratio };
  }
  const zoom = side / Math.max(values.width, values.height);
  return { width: values.width * zoom, height: values.height * zoom };
}
