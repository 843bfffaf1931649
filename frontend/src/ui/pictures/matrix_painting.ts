import type { Colouring } from "../../drawing/colouring";
import { drawMatrix } from "../../drawing/matrix";
import type { Rectangle } from "../../numbers/layout";
import type { Matrix, MatrixLayout } from "../../numbers/matrix";
import { everySo, inSight } from "../../numbers/row_layout";
import { pixelsOf } from "./canvas";

/** Height of the axis below, and usual width of the room for the names of rows. */
export const [AXIS, GUTTER] = [20, 132];
/** The room that a name along an axis takes at least. */
const LABEL = { width: 44, height: 13 };

/** A row and a column; null for all of them. */
export interface MatrixCell {
  row: number | null;
  column: number | null;
}

/** What is drawn of a matrix. */
export interface PaintedMatrix {
  matrix: Matrix;
  rowName: (row: number) => string;
  columnName: (column: number) => string;
  /** What rows and columns are, for the axes. */
  axes: { rows: string; columns: string };
  colour: (row: number) => Colouring;
  chosen: MatrixCell;
  /** Width of the room for the names of rows. */
  gutter?: number;
}

/** Draw what is in sight of a matrix, and its axes, on the whole of a canvas. */
export function paintMatrix(
  canvas: HTMLCanvasElement,
  props: PaintedMatrix,
  layout: MatrixLayout,
  scrolled: { x: number; y: number },
  ratio: number,
  under: MatrixCell | null,
  style = getComputedStyle(canvas),
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const left = Math.round((props.gutter ?? GUTTER) * ratio);
  const width = Math.max(1, Math.min(canvas.width - left, layout.width - scrolled.x));
  const room = canvas.height - Math.round(AXIS * ratio);
  const height = Math.max(1, Math.min(room, layout.height - scrolled.y));
  const colour = (name: string) => style.getPropertyValue(name);
  context.clearRect(0, 0, canvas.width, canvas.height);
  const image = context.createImageData(width, height);
  drawMatrix(pixelsOf(image), props.matrix, layout, scrolled, props.colour);
  context.putImageData(image, left, 0);
  hatch(context, { x: left, y: 0, width, height }, colour("--line"), ratio);
  const place = (cell: MatrixCell) => ({
    x: left + (cell.column ?? 0) * layout.cellWidth - scrolled.x,
    y: (cell.row ?? 0) * layout.cellHeight - scrolled.y,
    width: cell.column === null ? layout.width : layout.cellWidth,
    height: (cell.row === null ? layout.height : layout.cellHeight) - layout.gap,
  });
  const frame = (cell: MatrixCell, stroke: string, line: number, grow: number) => {
    const { x, y, width, height } = place(cell);
    context.strokeStyle = stroke;
    context.lineWidth = line * ratio;
    const more = grow * ratio;
    context.strokeRect(x - more, y - more, width + 2 * more, height + 2 * more);
  };
  context.save();
  context.beginPath();
  context.rect(left - ratio, 0, width + 2 * ratio, height + ratio);
  context.clip();
  context.strokeStyle = colour("--frame");
  context.lineWidth = ratio;
  context.strokeRect(left - ratio / 2, -ratio, width + ratio, height + 1.5 * ratio);
  const { row, column } = props.chosen;
  if (column !== null) frame({ row: null, column }, colour("--accent"), 1, 0.5);
  if (row !== null) frame({ row, column: null }, colour("--accent"), 1, 0.5);
  if (row !== null && column !== null) frame(props.chosen, colour("--accent"), 2, 0.5);
  if (under) {
    frame(under, "#000", 1, 1.5);
    frame(under, "#fff", 1, 0.5);
  }
  context.restore();
  names(context, props, layout, scrolled, { left, height, ratio }, colour, style.fontFamily);
}

/** Lines behind all that was drawn: across what holds no numbers. */
function hatch(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Rectangle,
  stroke: string,
  ratio: number,
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.globalCompositeOperation = "destination-over";
  context.strokeStyle = stroke;
  context.lineWidth = ratio;
  context.beginPath();
  for (let i = -height; i < width; i += 5 * ratio) {
    context.moveTo(x + i, y + height);
    context.lineTo(x + i + height, y);
  }
  context.stroke();
  context.restore();
}

/** Names of rows and columns, as many as there is room for. */
function names(
  context: CanvasRenderingContext2D,
  props: PaintedMatrix,
  layout: MatrixLayout,
  scrolled: { x: number; y: number },
  { left, height, ratio }: { left: number; height: number; ratio: number },
  colour: (name: string) => string,
  family: string,
): void {
  const write = (text: string, x: number, y: number, chosen: boolean) => {
    context.font = `${chosen ? 600 : 400} ${11 * ratio}px ${family}`;
    context.fillStyle = colour(chosen ? "--accent" : "--quiet");
    context.fillText(text, x, y);
  };
  const { cellWidth, cellHeight } = layout;
  const rows = everySo(cellHeight, LABEL.height * ratio);
  const down = inSight(layout.rows, cellHeight, scrolled.y, height);
  context.textBaseline = "middle";
  context.textAlign = "right";
  const { row, column } = props.chosen;
  const near = (index: number, chosen: number | null, every: number) =>
    chosen !== null && index !== chosen && Math.abs(index - chosen) < every;
  for (let i = down.first; i < down.end; i++) {
    if ((i % rows && i !== row) || near(i, row, rows)) continue;
    const middle = (i + 0.5) * cellHeight - scrolled.y - layout.gap / 2;
    const y = Math.max(middle, 6 * ratio);
    if (middle + 4 * ratio > height) continue;
    // Moved down into sight, it may not reach the next one.
    if (y > middle && middle + rows * cellHeight - y < 12 * ratio) continue;
    const font = `${i === row ? 600 : 400} ${11 * ratio}px ${family}`;
    const name = fitted(context, props.rowName(i), left - 8 * ratio, font);
    write(name, left - 5 * ratio, y, i === row);
  }
  const room = context.canvas.width - left;
  const across = inSight(layout.columns, cellWidth, scrolled.x, room);
  const columns = everySo(cellWidth, LABEL.width * ratio);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (let i = across.first; i < across.end; i++) {
    if ((i % columns && i !== column) || near(i, column, columns)) continue;
    const x = left + (i + 0.5) * cellWidth - scrolled.x;
    write(props.columnName(i), x, height + 4 * ratio, i === column);
  }
  context.textAlign = "left";
  const { rows: up, columns: along } = props.axes;
  write(`${up} ↓ ${along} →`, 2 * ratio, height + 4 * ratio, false);
}

/** The end of a name, as much of it as there is room for. */
function fitted(
  context: CanvasRenderingContext2D,
  name: string,
  room: number,
  font: string,
): string {
  context.font = font;
  if (context.measureText(name).width <= room) return name;
  let end = name;
  while (end && context.measureText(`…${end}`).width > room) end = end.slice(1);
  return `…${end}`;
}
