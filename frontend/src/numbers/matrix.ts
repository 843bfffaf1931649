/** A number for each row and column, such as channels × steps. */

/** The numbers that records state of each channel. */
export const STATISTICS = ["maximum", "mean", "minimum", "zero_share"] as const;
export type Statistic = (typeof STATISTICS)[number];

/** Row after row; NaN where nothing was finite. */
export interface Matrix {
  rows: number;
  columns: number;
  values: Float32Array;
  /** 1 where there is no number, and no reason to think that there was one. */
  missing: Uint8Array;
}

/** Cells of whole pixels. */
export interface MatrixLayout {
  rows: number;
  columns: number;
  cellWidth: number;
  cellHeight: number;
  /** Room below each row, within its height. */
  gap: number;
  width: number;
  height: number;
}

/** Shortest and longest side of a cell. */
export interface CellBounds {
  width: readonly [number, number];
  height: readonly [number, number];
  gap: number;
}

/** Put numbers of each step into rows of the given channels, steps as columns. */
export function curveMatrix(
  lists: readonly (readonly (number | null)[] | null)[],
  channels: readonly number[],
): Matrix {
  const columns = lists.length;
  const values = new Float32Array(channels.length * columns).fill(NaN);
  const missing = new Uint8Array(values.length);
  lists.forEach((list, column) => {
    channels.forEach((channel, row) => {
      const value = list?.[channel];
      const place = row * columns + column;
      if (value === undefined) missing[place] = 1;
      else if (value !== null) values[place] = value;
    });
  });
  return { rows: channels.length, columns, values, missing };
}

/** Lay cells out so that all fit, if they can within the sides given. */
export function matrixLayout(
  { rows, columns }: Pick<Matrix, "rows" | "columns">,
  width: number,
  height: number,
  sides: CellBounds,
): MatrixLayout {
  const side = (room: number, count: number, [least, most]: readonly [number, number]) =>
    Math.min(Math.max(Math.floor(room / Math.max(1, count)), least), most);
  const cellWidth = side(width, columns, sides.width);
  const cellHeight = side(height, rows, sides.height);
  return {
    rows,
    columns,
    cellWidth,
    cellHeight,
    gap: sides.gap,
    width: cellWidth * columns,
    height: cellHeight * rows,
  };
}

/** The cell at a place; null beside all of them. */
export function cellAt(
  layout: MatrixLayout,
  x: number,
  y: number,
): { row: number; column: number } | null {
  const column = Math.floor(x / layout.cellWidth);
  const row = Math.floor(y / layout.cellHeight);
  const inside = row >= 0 && row < layout.rows && column >= 0 && column < layout.columns;
  return inside ? { row, column } : null;
}
