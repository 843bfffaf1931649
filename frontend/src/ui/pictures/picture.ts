import type { Maps } from "../../numbers/decode";

const OPAQUE = 0xff000000;

/** An input's picture, values 0 to 255 of one or three channels, as pixels. */
export function picturePixels(picture: Maps): Uint32Array {
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

/** Draw an input's picture. */
export function drawPicture(canvas: HTMLCanvasElement, picture: Maps): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(picture.width, picture.height);
  new Uint32Array(image.data.buffer).set(picturePixels(picture));
  context.putImageData(image, 0, 0);
}
