/** Exported pictures that are laid out -> canvases. */

import type { Rectangle, Size } from "../../numbers/layout";
import { pixelsOf } from "../pictures/canvas";
import type { Placed, TextStyle, Words } from "./placed";

/** How wide texts are in the typeface of the page. */
export function measuring(page: CSSStyleDeclaration): Words {
  const context = contextOf(document.createElement("canvas"));
  return (text, style) => {
    context.font = fontOf(style, page, 1);
    return context.measureText(text).width;
  };
}

/** Draw a sheet in the colours of the page; one that is smaller than `size` has room below. */
export function drawSheet(
  placed: Placed,
  page: CSSStyleDeclaration,
  ratio: number,
  size: Size = placed,
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(size.width * ratio);
  canvas.height = Math.ceil(size.height * ratio);
  const context = contextOf(canvas);
  const colour = (name: string) => page.getPropertyValue(name);
  context.fillStyle = colour("--page");
  context.fillRect(0, 0, canvas.width, canvas.height);
  const frame = ({ x, y, width, height }: Rectangle) => {
    context.strokeStyle = colour("--frame");
    context.lineWidth = ratio;
    context.strokeRect(x - ratio / 2, y - ratio / 2, width + ratio, height + ratio);
  };
  for (const picture of placed.pictures) {
    const cell = inPixels(picture, ratio);
    picture.draw(context, cell, ratio);
    if (picture.framed) frame(cell);
  }
  for (const { table, ...area } of placed.ramps) {
    const { x, y, width, height } = inPixels(area, ratio);
    if (!table) {
      context.fillStyle = colour("--quiet");
      context.fillRect(x, y + height - ratio, width, ratio);
      continue;
    }
    const image = context.createImageData(width, height);
    const { pixels } = pixelsOf(image);
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = table[Math.floor(((i % width) * table.length) / width)]!;
    }
    context.putImageData(image, x, y);
    frame({ x, y, width, height });
  }
  for (const { colour: filled, ...area } of placed.swatches) {
    const cell = inPixels(area, ratio);
    context.fillStyle = filled;
    context.fillRect(cell.x, cell.y, cell.width, cell.height);
    frame(cell);
  }
  for (const { text, x, y, align, style } of placed.texts) {
    context.font = fontOf(style, page, ratio);
    context.fillStyle = colour(style.colour);
    context.textAlign = align;
    context.fillText(text, x * ratio, y * ratio);
  }
  return canvas;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("The browser cannot draw pictures.");
  return context;
}

/** The typeface of the page in a style. */
export function fontOf({ size }: TextStyle, page: CSSStyleDeclaration, ratio: number): string {
  return `${size * ratio}px ${page.fontFamily}`;
}

/** Whole pixels, so that what ends where something begins has no gap in between. */
function inPixels({ x, y, width, height }: Rectangle, ratio: number): Rectangle {
  const [left, top] = [Math.round(x * ratio), Math.round(y * ratio)];
  return {
    x: left,
    y: top,
    width: Math.max(1, Math.round(width * ratio)),
    height: Math.max(1, Math.round(height * ratio)),
  };
}
