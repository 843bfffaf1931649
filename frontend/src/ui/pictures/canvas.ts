import { inkOf, type PixelTarget } from "../../drawing/target";
import type { Maps } from "../../numbers/decode";
import type { Rectangle, Size } from "../../numbers/layout";
import type { MapArea } from "../../numbers/receptive_field";
import { viewState } from "../../state/view_state";

/**
 * Frame a part of a picture so that it is seen on light and on dark: two lines around it,
 * each as wide as `ratio` pixels, one of the screen.
 */
export function frame(
  context: CanvasRenderingContext2D,
  part: Rectangle,
  colour: string,
  ratio: number,
): void {
  const [x, y] = [Math.round(part.x), Math.round(part.y)];
  const width = Math.round(part.x + part.width) - x;
  const height = Math.round(part.y + part.height) - y;
  for (const [style, grow] of [
    ["#000", 1.5 * ratio],
    [colour, 0.5 * ratio],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = ratio;
    context.strokeRect(x - grow, y - grow, width + 2 * grow, height + 2 * grow);
  }
}

/** Where the positions of an area are in a map that fills `cell`. */
export function areaCell(cell: Rectangle, maps: Size, { rows, columns }: MapArea): Rectangle {
  const [across, down] = [cell.width / maps.width, cell.height / maps.height];
  return {
    x: cell.x + columns.first * across,
    y: cell.y + rows.first * down,
    width: (columns.end - columns.first) * across,
    height: (rows.end - rows.first) * down,
  };
}

/** How long the dashes of an outline are, in pixels of the screen. */
const DASH = 3;

/** Outline a part of a picture in dashes, as what lies in a box: seen on any colour. */
export function outline(
  context: CanvasRenderingContext2D,
  part: Rectangle,
  ratio: number,
): void {
  const [left, top] = [Math.round(part.x), Math.round(part.y)];
  const width = Math.round(part.x + part.width) - left;
  const height = Math.round(part.y + part.height) - top;
  context.lineWidth = ratio;
  for (const [style, dashes] of [
    ["#000", []],
    ["#fff", [DASH * ratio, DASH * ratio]],
  ] as const) {
    context.strokeStyle = style;
    context.setLineDash([...dashes]);
    context.strokeRect(left - ratio / 2, top - ratio / 2, width + ratio, height + ratio);
  }
  context.setLineDash([]);
}

/** Ring the middle of a part of a picture. */
export function ring(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Rectangle,
  ratio: number,
): void {
  const radius = Math.max(5 * ratio, Math.min(width, height) / 2 - 2 * ratio);
  for (const [style, grow] of [
    ["#000", 1.5 * ratio],
    ["#fff", 0],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = 1.5 * ratio;
    context.beginPath();
    context.arc(x + width / 2, y + height / 2, radius + grow, 0, 2 * Math.PI);
    context.stroke();
  }
}

const OPAQUE = 0xff000000;

/** An input's picture, values 0 to 255 of one or three channels, as pixels. */
function picturePixels(picture: Maps): Uint32Array {
  const { height, width, channels, values } = picture;
  const count = height * width;
  const [green, blue] = channels >= 3 ? [count, 2 * count] : [0, 0];
  const pixels = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    pixels[i] =
      (OPAQUE | (values[blue + i]! << 16) | (values[green + i]! << 8) | values[i]!) >>> 0;
  }
  return pixels;
}

/** The pixels of an image, to be drawn into. */
export function pixelsOf(image: ImageData): PixelTarget {
  const ink = inkOf(viewState.dark.value);
  return { pixels: new Uint32Array(image.data.buffer), width: image.width, ink };
}

/** Draw an input's picture. */
export function drawPicture(canvas: HTMLCanvasElement, picture: Maps): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(picture.width, picture.height);
  pixelsOf(image).pixels.set(picturePixels(picture));
  context.putImageData(image, 0, 0);
}

/** Draws a component anew when the page becomes dark or light: a canvas keeps its colours. */
export function useTheme(): boolean {
  return viewState.dark.value;
}
