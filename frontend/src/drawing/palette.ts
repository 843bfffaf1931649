/** Colours of many frames -> the 256 of a shared palette. */

import { NON_FINITE_COLOURS, pack } from "./colours";

/** Frames of which each pixel names an entry of one palette. */
export interface Indexed {
  /** Up to 256 packed colours. */
  palette: Uint32Array;
  frames: Uint8Array[];
}

const LARGEST = 256;
const OPAQUE = 0xff000000;

/**
 * Find a palette for frames of packed colours; what is transparent counts as opaque.
 *
 * Up to 256 colours stay exact. Of more, those of marks do, and the others are parted
 * by median cut: again and again the box that has most pixels times its longest side is
 * cut where half of its pixels are on either side, and a box becomes its mean.
 */
export function quantise(
  frames: readonly Uint32Array[],
  exact: readonly number[] = Object.values(NON_FINITE_COLOURS),
): Indexed {
  const counts = count(frames);
  const entries = new Map<number, number>();
  const kept = exact.filter((colour) => counts.has(colour));
  const colours = [...counts.keys()];
  if (colours.length <= LARGEST) {
    colours.sort((a, b) => a - b).forEach((colour, i) => entries.set(colour, i));
    return { palette: Uint32Array.from(colours), frames: index(frames, entries) };
  }
  for (const colour of kept) entries.set(colour, entries.size);
  const palette = [...kept];
  const others = colours.filter((colour) => !entries.has(colour));
  for (const box of cut(others, counts, LARGEST - kept.length)) {
    for (const colour of box.colours) entries.set(colour, palette.length);
    palette.push(mean(box));
  }
  return { palette: Uint32Array.from(palette), frames: index(frames, entries) };
}

function count(frames: readonly Uint32Array[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const frame of frames) {
    for (let i = 0; i < frame.length; ) {
      // Runs of one colour, which are most of a picture, are counted as one.
      const begin = i;
      const colour = (frame[i]! | OPAQUE) >>> 0;
      while (i < frame.length && (frame[i]! | OPAQUE) >>> 0 === colour) i++;
      counts.set(colour, (counts.get(colour) ?? 0) + i - begin);
    }
  }
  return counts;
}

function index(
  frames: readonly Uint32Array[],
  entries: ReadonlyMap<number, number>,
): Uint8Array[] {
  return frames.map((frame) => {
    const indexed = new Uint8Array(frame.length);
    let [last, entry] = [-1, 0];
    for (let i = 0; i < frame.length; i++) {
      const colour = (frame[i]! | OPAQUE) >>> 0;
      if (colour !== last) [last, entry] = [colour, entries.get(colour)!];
      indexed[i] = entry;
    }
    return indexed;
  });
}

/** Colours and how often each occurs, with the axis that they spread along most. */
interface Box {
  colours: Uint32Array;
  counts: Float64Array;
  axis: number;
  weight: number;
}

/** Part more than `most` colours into as many boxes. */
function cut(
  colours: readonly number[],
  counts: ReadonlyMap<number, number>,
  most: number,
): Box[] {
  const occurring = Float64Array.from(colours, (colour) => counts.get(colour)!);
  const boxes = [measure(Uint32Array.from(colours), occurring)];
  while (boxes.length < most) {
    const heaviest = boxes.reduce((a, b) => (b.weight > a.weight ? b : a));
    boxes.splice(boxes.indexOf(heaviest), 1, ...part(heaviest));
  }
  return boxes;
}

function part({ colours, counts, axis }: Box): [Box, Box] {
  const edge = median(colours, counts, axis);
  // Those up to the edge are gathered in front, in place.
  let front = 0;
  for (let i = 0; i < colours.length; i++) {
    const colour = colours[i]!;
    if (component(colour, axis) > edge) continue;
    const number = counts[i]!;
    colours[i] = colours[front]!;
    counts[i] = counts[front]!;
    colours[front] = colour;
    counts[front++] = number;
  }
  return [
    measure(colours.subarray(0, front), counts.subarray(0, front)),
    measure(colours.subarray(front), counts.subarray(front)),
  ];
}

/** The value up to which half of the pixels are, but not the last one that occurs. */
function median(colours: Uint32Array, counts: Float64Array, axis: number): number {
  const pixels = new Float64Array(256);
  for (let i = 0; i < colours.length; i++) {
    pixels[component(colours[i]!, axis)]! += counts[i]!;
  }
  const half = pixels.reduce((sum, number) => sum + number) / 2;
  const last = pixels.findLastIndex((number) => number > 0);
  let edge = pixels.findIndex((number) => number > 0);
  let below = pixels[edge]!;
  while (below < half && edge + 1 < last) below += pixels[++edge]!;
  return edge;
}

function component(colour: number, axis: number): number {
  return (colour >>> (8 * axis)) & 255;
}

function measure(colours: Uint32Array, counts: Float64Array): Box {
  const low = [255, 255, 255];
  const high = [0, 0, 0];
  for (const colour of colours) {
    for (let axis = 0; axis < 3; axis++) {
      const value = component(colour, axis);
      if (value < low[axis]!) low[axis] = value;
      if (value > high[axis]!) high[axis] = value;
    }
  }
  const sides = high.map((value, axis) => value - low[axis]!);
  const longest = Math.max(...sides);
  const pixels = counts.reduce((sum, number) => sum + number, 0);
  return { colours, counts, axis: sides.indexOf(longest), weight: pixels * longest };
}

function mean({ colours, counts }: Box): number {
  const sums = [0, 0, 0];
  let pixels = 0;
  for (let i = 0; i < colours.length; i++) {
    for (let axis = 0; axis < 3; axis++) {
      sums[axis]! += component(colours[i]!, axis) * counts[i]!;
    }
    pixels += counts[i]!;
  }
  const [red, green, blue] = sums.map((sum) => Math.round(sum / pixels));
  return pack(red!, green!, blue!);
}
