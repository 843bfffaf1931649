/** A channel of a layer -> the pixels of its cell, whatever its maps are. */

import { drawMap } from "../../drawing/pixels";
import { drawBar } from "../../drawing/plots";
import type { PixelTarget } from "../../drawing/target";
import type { Maps } from "../../numbers/decode";
import type { Rectangle } from "../../numbers/layout";
import { barBand } from "../../numbers/plot_layout";
import type { Paint } from "./paint";

/** Side of the square of a class token, as a share of the height of a label. */
const APART = 0.75;

interface DrawnMaps {
  maps: Maps;
  /** Of units, the values for other inputs too. */
  beside: readonly Maps[];
  channel: number;
  paint: Paint;
  /** Height of the room above the cell; zero where class tokens have none. */
  label: number;
}

/** Draw a channel into its cell, and its class tokens above the right end of that. */
export function drawChannel(target: PixelTarget, cell: Rectangle, drawn: DrawnMaps): void {
  const { maps, channel, paint } = drawn;
  const options = { smooth: paint.smooth };
  if (maps.form?.kind === "units") drawBars(target, cell, drawn);
  else drawMap(target, cell, maps, channel, paint.scale(channel), paint.table, options);
  if (maps.apart && drawn.label) drawApart(target, cell, maps.apart, drawn);
}

/** The bars of a unit, one for each input. */
function drawBars(
  target: PixelTarget,
  cell: Rectangle,
  { maps, beside, channel, paint }: DrawnMaps,
): void {
  [maps, ...beside].forEach(({ values }, i, all) => {
    const { from, to } = barBand(i, all.length);
    const y = cell.y + Math.round(from * cell.height);
    const height = cell.y + Math.round(to * cell.height) - y;
    const value = values[channel] ?? NaN;
    drawBar(target, { ...cell, y, height }, value, paint.scale(channel), i > 0);
  });
}

/** Side of the square of a class token, beside a label of this height. */
export const apartSide = (label: number) => Math.round(label * APART);

/** Class tokens as small squares, as they are no part of the map. */
function drawApart(
  target: PixelTarget,
  cell: Rectangle,
  apart: Maps,
  { channel, paint, label }: DrawnMaps,
): void {
  const side = apartSide(label);
  for (let token = 0; token < apart.width; token++) {
    const x = cell.x + cell.width - (apart.width - token) * (side + 1) + 1;
    const y = cell.y - side - Math.round((label - side) / 2);
    const one = {
      height: 1,
      width: 1,
      channels: 1,
      values: apart.values.subarray(channel * apart.width + token),
    };
    const square = { x, y, width: side, height: side };
    drawMap(target, square, one, 0, paint.scale(channel), paint.table);
  }
}
