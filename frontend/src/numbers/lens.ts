/** Which part of a picture is seen, enlarged about a place and moved. */

/** How many times as large it is, and the shares of it left of and above what is seen. */
export interface Lens {
  factor: number;
  x: number;
  y: number;
}

/** All of it. */
export const WHOLE: Lens = { factor: 1, x: 0, y: 0 };

/** How much a turn of the wheel zooms, and how much at most at once. */
const [PER_PIXEL, AT_ONCE] = [0.01, 0.3];
/** Pixels of a line, where the wheel turns by lines. */
const LINE = 16;
const LARGEST = 16;

/** By what a turn of the wheel, or a pinch, enlarges. */
export function wheelFactor({
  deltaY,
  deltaMode,
}: Pick<WheelEvent, "deltaY" | "deltaMode">): number {
  const by = -deltaY * (deltaMode === 0 ? 1 : LINE) * PER_PIXEL;
  return Math.exp(Math.min(Math.max(by, -AT_ONCE), AT_ONCE));
}

/** Enlarge about a place, given as shares of what is seen: it stays where it is. */
export function zoomed(lens: Lens, by: number, at: { x: number; y: number }): Lens {
  const factor = Math.min(Math.max(lens.factor * by, 1), LARGEST);
  const start = (from: number, share: number) => from + share / lens.factor - share / factor;
  return bounded({ factor, x: start(lens.x, at.x), y: start(lens.y, at.y) });
}

/** Move the picture by shares of what is seen. */
export function moved(lens: Lens, x: number, y: number): Lens {
  const { factor } = lens;
  return bounded({ factor, x: lens.x - x / factor, y: lens.y - y / factor });
}

function bounded({ factor, x, y }: Lens): Lens {
  const most = 1 - 1 / factor;
  const inside = (share: number) => Math.min(Math.max(share, 0), most);
  return { factor, x: inside(x), y: inside(y) };
}

/** Where a side of the whole picture is while so many pixels of it are seen. */
export function stretched(
  pixels: number,
  values: number,
  { factor, start }: { factor: number; start: number },
): { from: number; length: number } {
  const wanted = pixels * factor;
  // Values stay whole pixels, as they are without a lens.
  const whole = pixels >= values && pixels % values === 0;
  const length = whole ? values * Math.round(wanted / values) : Math.round(wanted);
  return { from: -Math.min(Math.round(start * length), length - pixels), length };
}
