import { type Places, positionAt } from "../../../data/places";
import type { ShownRecord } from "../../../data/records";
import { format } from "../../../drawing/legend";
import { drawMap } from "../../../drawing/pixels";
import type { Maps } from "../../../numbers/decode";
import { cellRectangle, type GridLayout, visibleRows } from "../../../numbers/layout";
import type { RelativePosition } from "../../../numbers/receptive_field";
import type { Pointed } from "../../../state/view_state";
import { frame, pixelsOf } from "../../pictures/canvas";
import { valueCell } from "../../pictures/enlarged";
import type { Paint } from "../../pictures/paint";

/** Room for the channels, their scores and the names of classes, in CSS pixels. */
export const GUTTER = 120;
/** Height of the number of a channel above its score. */
const TWO_LINES = 32;

/** Feature maps by channel and input. */
export interface DrawnRows {
  all: readonly ShownRecord[];
  between: Maps;
  /** Where each lies on its picture, as far as that is known; the difference comes last. */
  places: readonly (Places | null)[];
  /** The channels, in order. */
  ranking: readonly number[];
  /** By channel. */
  scores: Float64Array;
  paint: Paint;
  /** How differences are drawn. */
  signed: Paint;
  chosen: number | null;
  pins: readonly number[];
}

/** Where the difference is drawn, in pixels from the left: in sight, however far inputs are. */
export function differenceAt(
  layout: GridLayout,
  scrolled: number,
  gutter: number,
  width: number,
): number {
  const own = gutter + cellRectangle(layout, layout.columns - 1).x - scrolled;
  return Math.round(Math.min(own, width - layout.cellWidth - layout.gap));
}

/** What is under the cursor: a value of a channel, or a place of a picture. */
interface Under {
  pointed: Pointed | null;
  place: RelativePosition | null;
}

/** Draws the rows in sight, the channels and their scores before them. */
export function drawRows(
  canvas: HTMLCanvasElement,
  rows: DrawnRows,
  layout: GridLayout,
  scroll: { top: number; left: number },
  ratio: number,
  { pointed, place }: Under,
): void {
  const { all, between, places, ranking, paint, signed } = rows;
  const context = canvas.getContext("2d");
  if (!context) return;
  const top = scroll.top * ratio;
  const gutter = Math.round(GUTTER * ratio);
  const { first, end } = visibleRows(layout, top, canvas.height);
  const difference = differenceAt(layout, scroll.left * ratio, gutter, canvas.width);
  const placed = (row: number, number: number) => {
    const cell = cellRectangle(layout, row * layout.columns + number);
    const own = Math.round(gutter + cell.x - scroll.left * ratio);
    const x = number === all.length ? difference : own;
    return { ...cell, x, y: Math.round(cell.y - top) };
  };
  const style = getComputedStyle(canvas);
  context.strokeStyle = style.getPropertyValue("--frame");
  context.lineWidth = ratio;
  /** Draw some columns with what is behind them, from a place to the right. */
  const draw = (numbers: readonly number[], from: number, { scale, table, smooth }: Paint) => {
    const image = context.createImageData(Math.max(1, canvas.width - from), canvas.height);
    const target = pixelsOf(image);
    const cells = ranking
      .slice(first, end)
      .flatMap((channel, i) =>
        numbers.map((number) => ({ channel, number, cell: placed(first + i, number) })),
      );
    for (const { channel, number, cell } of cells) {
      const maps = all[number]?.maps ?? between;
      const moved = { ...cell, x: cell.x - from };
      drawMap(target, moved, maps, channel, scale(channel), table, { smooth });
    }
    context.putImageData(image, from, 0);
    for (const { cell } of cells) {
      const { x, y, width, height } = cell;
      context.strokeRect(x - ratio / 2, y - ratio / 2, width + ratio, height + ratio);
    }
  };
  draw([...all.keys()], 0, paint);
  draw([all.length], difference - layout.gap, signed);
  for (let row = first; row < end; row++) {
    if (pointed && ranking[row] !== pointed.channel) continue;
    for (let number = 0; number <= all.length; number++) {
      const under = pointed ?? positionAt(places[number] ?? null, between, place);
      if (under) {
        frame(context, valueCell(placed(row, number), between, under), "#fff", ratio);
      }
    }
  }
  // But for the frames of the first column.
  context.clearRect(0, 0, gutter - Math.ceil(ratio), canvas.height);
  context.textBaseline = "middle";
  for (let row = first; row < end; row++) {
    const { y, height } = placed(row, 0);
    writeChannel(
      context,
      style,
      rows,
      ranking[row]!,
      { middle: y + height / 2, height },
      ratio,
    );
  }
}

/** The number of a channel and its score, in front of its row. */
function writeChannel(
  context: CanvasRenderingContext2D,
  style: CSSStyleDeclaration,
  { scores, chosen, pins }: DrawnRows,
  channel: number,
  { middle, height }: { middle: number; height: number },
  ratio: number,
): void {
  const pinned = pins.includes(channel);
  context.fillStyle = style.getPropertyValue(channel === chosen ? "--accent" : "--ink");
  const weight = channel === chosen || pinned ? 600 : 400;
  context.font = `${weight} ${12 * ratio}px ${style.fontFamily}`;
  const number = `${pinned ? "★" : ""}${channel}`;
  // A low row has room for one line.
  const isLow = height < TWO_LINES * ratio;
  context.fillText(number, 4 * ratio, isLow ? middle : middle - 8 * ratio);
  const score = scores[channel]!;
  const words = Number.isNaN(score) ? "not finite" : format(score);
  const from = isLow ? context.measureText(number).width + 10 * ratio : 4 * ratio;
  context.fillStyle = style.getPropertyValue("--quiet");
  context.font = `${11 * ratio}px ${style.fontFamily}`;
  const room = Math.round(GUTTER * ratio) - from - 4 * ratio;
  context.fillText(words, from, isLow ? middle : middle + 8 * ratio, room);
}
