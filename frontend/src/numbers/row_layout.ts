/** Where feature maps are that stand in rows, and which of many columns are shown. */

import type { GridLayout, Size } from "./layout";
import { isPlot } from "./map_form";
import { type FormedSize, mapsLayout } from "./plot_layout";

/** How many rows are to be in sight at once in "fit", if that leaves maps large enough. */
const IN_SIGHT = 2;
/** Height of what is written beside a row, in CSS pixels. */
const TWO_LINES = 34;
/** How large a map and a value become at most in "fit", in CSS pixels. */
const ENOUGH = 240;
const LARGEST_VALUE = 32;

/**
 * Lay maps out in rows, whatever room they take.
 *
 * Without a zoom they fill the width, as far as some rows remain in sight, and are never
 * smaller than `usual` CSS pixels. `ratio` is how many pixels one of those has.
 */
export function rowsLayout(
  maps: FormedSize,
  rows: number,
  columns: number,
  zoom: number | null,
  room: Size,
  gap: number,
  usual: number,
  ratio = 1,
): GridLayout {
  const { width, height } = maps;
  const plotted = isPlot(maps) && zoom === null;
  const share = Math.floor((room.width + gap) / columns) - gap;
  // One plot, laid out for the width that it is to have, is so wide.
  const one = Math.max(usual * ratio, Math.min(share, ENOUGH * ratio));
  const chosen = plotted ? "fit" : (zoom ?? fit());
  const lay = (count: number, wide: number) =>
    mapsLayout(count, maps, {
      availableWidth: wide,
      zoom: chosen,
      gap,
      ratio,
      leastHeight: TWO_LINES,
      ...(plotted ? { plotWidth: one } : {}),
    });
  return lay(rows * columns, columns * (lay(1, 1).cellWidth + gap) - gap);

  function fit(): number {
    const across = ((room.width + gap) / columns - gap) / width;
    const down = ((room.height + gap) / IN_SIGHT - gap) / height;
    const most = (ENOUGH * ratio) / Math.max(width, height);
    const least = (usual * ratio) / Math.max(width, height);
    const zoomToFit = Math.max(Math.min(across, down, most), least);
    return zoomToFit < 1
      ? zoomToFit
      : Math.min(Math.floor(zoomToFit), Math.round(LARGEST_VALUE * ratio));
  }
}

/**
 * Choose so many of `count` columns, evenly, in order.
 *
 * The first and the last one are among them, and so is `kept`, in place of the one that is
 * nearest to it. Where only two fit it takes the place of the first, where one does of all.
 */
export function chooseColumns(count: number, fitting: number, kept: number | null): number[] {
  const wanted = kept !== null && kept >= 0 && kept < count ? kept : null;
  const most = Math.max(1, Math.floor(fitting));
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  if (most === 1) return [wanted ?? count - 1];
  const chosen = Array.from({ length: most }, (_, i) =>
    Math.round((i * (count - 1)) / (most - 1)),
  );
  if (wanted === null || chosen.includes(wanted)) return chosen;
  const [first, ...inner] = chosen.slice(0, -1);
  if (!inner.length) return [wanted, count - 1];
  const nearest = inner.reduce((best, column) =>
    Math.abs(column - wanted) < Math.abs(best - wanted) ? column : best,
  );
  inner[inner.indexOf(nearest)] = wanted;
  return [first!, ...inner, count - 1].sort((a, b) => a - b);
}

/** Positions from `first` to before `end`. */
export interface Span {
  first: number;
  end: number;
}

/** Which of `count` equal stretches are in sight. */
export function inSight(count: number, pitch: number, scrolled: number, size: number): Span {
  const first = Math.min(count, Math.max(0, Math.floor(scrolled / pitch)));
  const end = Math.min(count, Math.ceil((scrolled + size) / pitch));
  return { first, end: Math.max(first, end) };
}

/** The least of 1, 2, 5, 10, … stretches that together are at least so long. */
export function everySo(pitch: number, least: number): number {
  for (let power = 1; ; power *= 10) {
    for (const digit of [1, 2, 5]) if (digit * power * pitch >= least) return digit * power;
  }
}

/** Sides of a cell at least, where there is room for as many columns, and at most. */
const [LEAST_CELL, USUAL_CELL, ENOUGH_CELL] = [72, 96, 360];
/** How many columns are seen rather than larger cells, and how many at least. */
const [MANY_COLUMNS, FEW_COLUMNS] = [8, 6];

/** How many cells there are to lay out, and how far they are apart. */
export interface Cells {
  columns: number;
  rows: number;
  gap: Size;
}

/**
 * Sides of cells that fill a room; `zoom` is pixels for a value, if chosen.
 *
 * They are as large as leaves all rows in sight, and all columns or a good number of them.
 */
export function cellSize(
  map: FormedSize,
  { columns, rows, gap }: Cells,
  room: Size,
  zoom: number | null,
): Size {
  if (zoom !== null && !isPlot(map)) {
    const side = (values: number) => Math.max(1, Math.round(values * zoom));
    return { width: side(map.width), height: side(map.height) };
  }
  const usual = Math.floor(room.width / (USUAL_CELL + gap.width));
  const many = Math.max(FEW_COLUMNS, Math.min(usual, MANY_COLUMNS));
  const across = Math.floor(room.width / Math.max(1, Math.min(columns, many))) - gap.width;
  const down = Math.floor(room.height / Math.max(1, rows)) - gap.height;
  const box = Math.max(LEAST_CELL, Math.min(across, down, ENOUGH_CELL));
  // A line or a bar needs more width than height.
  if (isPlot(map)) return { width: box, height: Math.round(box / 2) };
  return sizeIn({ width: box, height: box }, map);
}

/** Sides of a map in a box: whole pixels for a value, or shrunk in proportion. */
export function sizeIn(box: Size, map: FormedSize): Size {
  if (isPlot(map)) return box;
  const most = Math.min(box.width / map.width, box.height / map.height);
  const zoom = most >= 1 ? Math.floor(most) : most;
  const side = (values: number) => Math.max(1, Math.round(values * zoom));
  return { width: side(map.width), height: side(map.height) };
}
