/** Where the feature maps of a grid are, in CSS pixels. */

/** Equal cells in rows, `gap` apart, each with room for a label above it. */
export interface GridLayout {
  /** How many maps there are. */
  count: number;
  mapWidth: number;
  mapHeight: number;
  columns: number;
  rows: number;
  cellWidth: number;
  cellHeight: number;
  gap: number;
  /** Height of the room for a label. */
  label: number;
  /** Size of all cells together. */
  width: number;
  height: number;
  /** Pixels for each value, across and down: an integer unless maps are shrunk. */
  scaleX: number;
  scaleY: number;
}

/** Width and height in pixels, or in values of a map. */
export interface Size {
  width: number;
  height: number;
}

/** Left, top, width and height in pixels. */
export interface Rectangle extends Size {
  x: number;
  y: number;
}

/** No side of a cell is shorter: below that nothing is made out. */
export const LEGIBLE = 24;
/** How wide cells become where there are many, and where there is room, in "fit". */
const USUAL = 96;
const ENOUGH = 320;
/** How large a value becomes at most in "fit". */
const LARGEST_VALUE = 16;
/** How small and how large a value can be chosen to be. */
const [SMALLEST_CHOICE, LARGEST_CHOICE] = [1 / 64, 32];

/**
 * Lay out maps for a width.
 *
 * `zoom` is how many pixels a value takes. From 1 on it is rounded, so that all values are
 * equally large; below 1 maps are shrunk. "fit" chooses one for which the cells are wide
 * enough to be looked at and all fit into the width, and into the height if they can at
 * a larger one. Sides shorter than `LEGIBLE` are
 * enlarged to that, by an integer where their values are.
 */
export function gridLayout(
  count: number,
  mapWidth: number,
  mapHeight: number,
  availableWidth: number,
  zoom: number | "fit",
  gap: number,
  label = 0,
  availableHeight = 0,
): GridLayout {
  for (const [name, value] of Object.entries({ mapWidth, mapHeight, zoom })) {
    if (value === "fit" || (Number.isFinite(value) && value > 0)) continue;
    throw new RangeError(`Received ${name} ${value}; expected a number above 0.`);
  }
  const sides = { count, mapWidth, mapHeight, availableWidth, gap, label, availableHeight };
  const chosen = zoom === "fit" ? fit(sides) : zoom;
  const cellWidth = side(mapWidth, chosen);
  const cellHeight = side(mapHeight, chosen);
  return inRows(
    count,
    { mapWidth, mapHeight, cellWidth, cellHeight, gap, label },
    availableWidth,
  );
}

/** The sides of maps and their cells, and the room around them. */
type CellSides = Pick<
  GridLayout,
  "mapWidth" | "mapHeight" | "cellWidth" | "cellHeight" | "gap" | "label"
>;

/** Put as many cells into each row as a width has room for. */
export function inRows(count: number, cells: CellSides, availableWidth: number): GridLayout {
  const { mapWidth, mapHeight, cellWidth, cellHeight, gap, label } = cells;
  const most = Math.floor((availableWidth + gap) / (cellWidth + gap));
  // One also where there are no cells, so that every index has a place.
  const columns = Math.max(1, Math.min(count, most));
  const rows = Math.ceil(count / columns);
  return {
    ...cells,
    count,
    columns,
    rows,
    width: count && columns * (cellWidth + gap) - gap,
    height: Math.max(0, rows * (label + cellHeight + gap) - gap),
    scaleX: cellWidth / mapWidth,
    scaleY: cellHeight / mapHeight,
  };
}

type FitOptions = Pick<GridLayout, "count" | "mapWidth" | "mapHeight" | "gap" | "label"> & {
  availableWidth: number;
  availableHeight: number;
};

function fit(sides: FitOptions): number {
  const { count, mapWidth, mapHeight, availableWidth, gap } = sides;
  const share = (availableWidth + gap) / Math.max(1, count) - gap;
  const room = Math.min(availableWidth, Math.max(USUAL, Math.min(share, ENOUGH)));
  const zoom = Math.max(room / Math.max(mapWidth, mapHeight), inHeight(sides));
  return zoom < 1 ? zoom : Math.min(Math.floor(zoom), LARGEST_VALUE);
}

/** The largest zoom at which all rows are in sight at once. */
function inHeight(sides: FitOptions): number {
  const { count, mapWidth, mapHeight, availableWidth, gap, label, availableHeight } = sides;
  for (let columns = 1; columns <= count; columns++) {
    const cell = Math.floor((availableWidth + gap) / columns) - gap;
    if (cell < USUAL) return 0;
    const zoom = Math.min(cell, ENOUGH) / mapWidth;
    const across = Math.floor((availableWidth + gap) / (zoom * mapWidth + gap));
    const rows = Math.ceil(count / across);
    if (rows * (label + zoom * mapHeight + gap) - gap <= availableHeight) return zoom;
  }
  return 0;
}

function side(values: number, zoom: number): number {
  const shortest = values < LEGIBLE ? values * Math.ceil(LEGIBLE / values) : LEGIBLE;
  const wanted = zoom < 1 ? Math.round(values * zoom) : values * Math.round(zoom);
  return Math.max(shortest, wanted);
}

/** The sides of a map and of its cell. */
export type DrawnCells = Pick<
  GridLayout,
  "mapWidth" | "mapHeight" | "cellWidth" | "cellHeight"
>;

/** Pixels for a value as it is drawn, along the side that was not enlarged. */
export function zoomOf({ mapWidth, mapHeight, cellWidth, cellHeight }: DrawnCells): number {
  return Math.min(cellWidth / mapWidth, cellHeight / mapHeight);
}

/** A zoom of `factor` times what is drawn, or null where nothing would be drawn otherwise. */
export function zoomBy(cells: DrawnCells, factor: number): number | null {
  const now = zoomOf(cells);
  const wanted = Math.min(Math.max(now * factor, SMALLEST_CHOICE), LARGEST_CHOICE);
  const zoom = wanted < 1 ? wanted : Math.round(wanted);
  if (factor > 1 ? zoom <= now : zoom >= now) return null;
  const { mapWidth, mapHeight, cellWidth, cellHeight } = cells;
  const same = side(mapWidth, zoom) === cellWidth && side(mapHeight, zoom) === cellHeight;
  return same ? null : zoom;
}

/** Where one cell is drawn. */
export function cellRectangle(layout: GridLayout, index: number): Rectangle {
  const row = Math.floor(index / layout.columns);
  return {
    x: (index - row * layout.columns) * (layout.cellWidth + layout.gap),
    y: row * pitchOf(layout) + layout.label,
    width: layout.cellWidth,
    height: layout.cellHeight,
  };
}

/** How far the rows are apart. */
function pitchOf(layout: GridLayout): number {
  return layout.label + layout.cellHeight + layout.gap;
}

/** The rows of cells in sight, from `first` to before `end`. */
export function visibleRows(
  layout: GridLayout,
  scrollTop: number,
  viewportHeight: number,
): { first: number; end: number } {
  const pitch = pitchOf(layout);
  // A row in whose gap the sight begins has been passed.
  const passed = Math.floor((scrollTop + layout.gap) / pitch);
  const first = Math.min(layout.rows, Math.max(0, passed));
  const end = Math.min(layout.rows, Math.ceil((scrollTop + viewportHeight) / pitch));
  return { first, end: Math.max(first, end) };
}

/** A value in one of the maps of a grid. */
export interface Hit {
  /** Which cell, in the order shown. */
  index: number;
  /** Which value of its map. */
  row: number;
  column: number;
}

/**
 * What is drawn at a place; null between and beside the cells.
 *
 * Where maps are shrunk it is one of the values that the pixel shows the mean of.
 */
export function hit(layout: GridLayout, x: number, y: number): Hit | null {
  const across = Math.floor(x / (layout.cellWidth + layout.gap));
  const down = Math.floor(y / pitchOf(layout));
  const index = down * layout.columns + across;
  if (across < 0 || across >= layout.columns || down < 0 || index >= layout.count) return null;
  const cell = cellRectangle(layout, index);
  if (x - cell.x >= cell.width || y < cell.y || y - cell.y >= cell.height) return null;
  return {
    index,
    row: Math.floor(((y - cell.y) * layout.mapHeight) / cell.height),
    column: Math.floor(((x - cell.x) * layout.mapWidth) / cell.width),
  };
}
