/** All channels of a view on one picture, with what they are and their scale. */

import type { ShownRecord } from "../../data/records";
import { coverageOf, type Scaling } from "../../data/scaling";
import { css, markColour } from "../../drawing/colours";
import { markWords, rampTicks, scaleWords } from "../../drawing/legend";
import { drawMap } from "../../drawing/pixels";
import { cellRectangle, type GridLayout } from "../../numbers/layout";
import { type FormedSize, mapsLayout } from "../../numbers/plot_layout";
import type { MarkCounts } from "../../numbers/scale";
import { pixelsOf } from "../pictures/canvas";
import type { Paint } from "../pictures/paint";
import { paintAs } from "../pictures/plot_paint";

const WIDTH = 1200;
const [MARGIN, GAP, LABEL, LINE] = [16, 4, 14, 18];
const RAMP = { width: 256, height: 10 };
const FOOT = 64;
/** Browsers draw no larger canvas; more channels than fit are refused, not left out. */
const HIGHEST = 16_000;

/** Where maps are on a sheet, or on `share` of its width. */
export function sheetLayout(count: number, maps: FormedSize, share = 1): GridLayout {
  const inside = Math.floor((WIDTH - 2 * MARGIN) * share);
  const room = { availableWidth: inside, zoom: "fit", gap: GAP, label: LABEL } as const;
  return mapsLayout(count, maps, room);
}

/**
 * Draw channels in their order; the colours of the page are those of `style`, and `sorted`
 * says what the order is.
 */
export function drawSheet(
  record: ShownRecord,
  order: readonly number[],
  colours: Paint,
  scaling: Scaling,
  style: CSSStyleDeclaration,
  sorted: string | null,
): HTMLCanvasElement {
  const { maps, header, input, run } = record;
  const paint = paintAs(maps, colours);
  const layout = sheetLayout(order.length, maps);
  const top = MARGIN + 2 * LINE;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(WIDTH, layout.width + 2 * MARGIN);
  canvas.height = top + layout.height + FOOT;
  if (canvas.height > HIGHEST) {
    throw new RangeError(
      `${order.length} channels would be ${canvas.height} pixels high; at most ${HIGHEST} ` +
        "can be drawn. Search or hide channels to leave fewer.",
    );
  }
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("The browser cannot draw pictures.");
  context.fillStyle = style.getPropertyValue("--page");
  context.fillRect(0, 0, canvas.width, canvas.height);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const target = pixelsOf(image);
  const cells = order.map((channel, i) => {
    const cell = cellRectangle(layout, i);
    return { channel, cell: { ...cell, x: cell.x + MARGIN, y: cell.y + top } };
  });
  for (const { channel, cell } of cells) {
    const options = { smooth: paint.smooth };
    drawMap(target, cell, maps, channel, paint.scale(channel), paint.table, options);
  }
  context.putImageData(image, 0, 0);
  const write = (text: string, x: number, y: number, colour: string, size = 12) => {
    context.fillStyle = style.getPropertyValue(colour);
    context.font = `${size}px ${style.fontFamily}`;
    context.fillText(text, x, y);
  };
  write(header.layer.path, MARGIN, MARGIN + 12, "--ink", 15);
  const facts = [
    header.layer.class_name,
    header.layer.kind,
    `${maps.height}×${maps.width}×${maps.channels}`,
    `input ${input.name}`,
    `run ${run.run}`,
    `step ${header.step}`,
    order.length < maps.channels ? `${order.length} of ${maps.channels} channels` : "",
    sorted ?? "",
  ];
  write(facts.filter(Boolean).join(" · "), MARGIN, MARGIN + 12 + LINE, "--quiet");
  for (const { channel, cell } of cells) write(`${channel}`, cell.x, cell.y - 3, "--quiet", 10);
  const { marks } = coverageOf([{ maps, channels: order }], scaling);
  drawLegend(context, canvas.height - FOOT + GAP * 3, paint, scaling, marks, write);
  return canvas;
}

type Write = (text: string, x: number, y: number, colour: string, size?: number) => void;

function drawLegend(
  context: CanvasRenderingContext2D,
  top: number,
  paint: Paint,
  scaling: Scaling,
  marks: MarkCounts,
  write: Write,
): void {
  const scale = paint.scale(0);
  const ramp = context.createImageData(RAMP.width, RAMP.height);
  const { pixels, ink } = pixelsOf(ramp);
  for (let row = 0; row < RAMP.height; row++) {
    const isLine = row === RAMP.height - 1;
    if (!paint.plain) pixels.set(paint.table, row * RAMP.width);
    else if (isLine) pixels.fill(ink?.quiet ?? 0, row * RAMP.width);
  }
  context.putImageData(ramp, MARGIN, top);
  for (const { text, share } of rampTicks(scale, scaling.shared, RAMP.width)) {
    context.textAlign = share === 0 ? "left" : share === 1 ? "right" : "center";
    write(text, MARGIN + RAMP.width * share, top + RAMP.height + 12, "--ink", 10);
  }
  context.textAlign = "left";
  const words = scaleWords(scaling, scale);
  let x = MARGIN + RAMP.width + 2 * MARGIN;
  write(words, x, top + RAMP.height, "--quiet");
  x += context.measureText(words).width + 2 * MARGIN;
  for (const { mark, words: counted } of markWords(marks)) {
    context.fillStyle = css(markColour(mark, paint.table));
    context.fillRect(x, top + 1, 9, 9);
    write(counted, x + 13, top + RAMP.height, "--quiet");
    x += 13 + context.measureText(counted).width + MARGIN;
  }
}
