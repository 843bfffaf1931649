import type { Shown } from "../../../data/records";
import { format } from "../../../drawing/legend";
import { drawMap } from "../../../drawing/pixels";
import type { Maps } from "../../../numbers/decode";
import { cellRectangle, type GridLayout, visibleRows } from "../../../numbers/layout";
import { viewState } from "../../../state/view_state";
import { frame } from "../../pictures/canvas";
import { valueCell } from "../../pictures/enlarged";
import type { Paint } from "../../pictures/paint";

/** Room for the channels, their scores and the names of classes, in CSS pixels. */
export const GUTTER = 120;

/** Feature maps by channel and input. */
export interface Rows {
  all: readonly Shown[];
  between: Maps;
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

/** Draw the rows in sight, the channels and their scores before them. */
export function drawRows(
  canvas: HTMLCanvasElement,
  { all, between, ranking, scores, paint, signed, chosen, pins }: Rows,
  layout: GridLayout,
  scroll: { top: number; left: number },
  ratio: number,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(canvas.width, canvas.height);
  const target = { pixels: new Uint32Array(image.data.buffer), width: canvas.width };
  const top = scroll.top * ratio;
  const gutter = Math.round(GUTTER * ratio);
  const { first, end } = visibleRows(layout, top, canvas.height);
  const placed = (row: number, number: number) => {
    const cell = cellRectangle(layout, row * layout.columns + number);
    const x = Math.round(gutter + cell.x - scroll.left * ratio);
    return { ...cell, x, y: Math.round(cell.y - top) };
  };
  const options = { smooth: paint.smooth };
  for (let row = first; row < end; row++) {
    const channel = ranking[row]!;
    for (let number = 0; number <= all.length; number++) {
      const maps = all[number]?.maps ?? between;
      const { scale, table } = number < all.length ? paint : signed;
      drawMap(target, placed(row, number), maps, channel, scale(channel), table, options);
    }
  }
  context.putImageData(image, 0, 0);
  const under = viewState.pointed.value;
  const style = getComputedStyle(canvas);
  const at = under ? ranking.indexOf(under.channel) : -1;
  if (under && at >= first && at < end) {
    for (let number = 0; number <= all.length; number++) {
      frame(context, valueCell(placed(at, number), between, under), "#fff", ratio);
    }
  }
  context.clearRect(0, 0, gutter, canvas.height);
  context.textBaseline = "middle";
  for (let row = first; row < end; row++) {
    const channel = ranking[row]!;
    const { y, height } = placed(row, 0);
    const bold = channel === chosen || pins.includes(channel);
    context.fillStyle = style.getPropertyValue(channel === chosen ? "--accent" : "--ink");
    context.font = `${bold ? 600 : 400} ${12 * ratio}px ${style.fontFamily}`;
    const name = `${pins.includes(channel) ? "★" : ""}${channel}`;
    const middle = y + height / 2;
    context.fillText(name, 4 * ratio, middle - 8 * ratio);
    context.fillStyle = style.getPropertyValue("--quiet");
    context.font = `${11 * ratio}px ${style.fontFamily}`;
    const score = scores[channel]!;
    const words = Number.isNaN(score) ? "not finite" : format(score);
    context.fillText(words, 4 * ratio, middle + 8 * ratio, gutter - 8 * ratio);
  }
}
