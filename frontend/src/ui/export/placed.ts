/** What has its place on an exported picture, in CSS pixels; and how texts are broken. */

import type { Rectangle, Size } from "../../numbers/layout";
import type { Draw } from "./sheet";

/** How a text is written. */
export interface TextStyle {
  size: number;
  /** Height of a line. */
  line: number;
  /** A colour of the page. */
  colour: "--ink" | "--quiet";
}

/** How wide a text is. */
export type Words = (text: string, style: TextStyle) => number;

/** Texts, pictures and colours in a rectangle; that of a text is where its base line is. */
export interface Placed extends Size {
  texts: readonly {
    text: string;
    x: number;
    y: number;
    align: "left" | "right" | "center";
    style: TextStyle;
  }[];
  pictures: readonly (Rectangle & { draw: Draw; framed: boolean })[];
  /** Colours from left to right; a line where they mean nothing. */
  ramps: readonly (Rectangle & { table: Uint32Array | null })[];
  swatches: readonly (Rectangle & { colour: string })[];
}

/** Between cells, and between what is beside each other. */
export const [GAP, APART] = [4, 24];
/** Height of a label that is above its cell. */
export const LABEL = 14;

export const STYLES = {
  title: { size: 15, line: 20, colour: "--ink" },
  heading: { size: 13, line: 18, colour: "--ink" },
  facts: { size: 12, line: 18, colour: "--quiet" },
  head: { size: 11, line: 14, colour: "--ink" },
  label: { size: 10, line: 12, colour: "--quiet" },
  tick: { size: 10, line: 12, colour: "--ink" },
} as const satisfies { [name: string]: TextStyle };

/** The largest of sizes, however many; 0 of none. */
export function largest(sizes: readonly number[]): number {
  return sizes.reduce((most, size) => Math.max(most, size), 0);
}

export const EMPTY: Placed = {
  width: 0,
  height: 0,
  texts: [],
  pictures: [],
  ramps: [],
  swatches: [],
};

/** The same elsewhere. */
export function moved(placed: Placed, x: number, y: number): Placed {
  const move = <T extends { x: number; y: number }>(all: readonly T[]): T[] =>
    all.map((one) => ({ ...one, x: one.x + x, y: one.y + y }));
  const { texts, pictures, ramps, swatches } = placed;
  return {
    width: placed.width + x,
    height: placed.height + y,
    texts: move(texts),
    pictures: move(pictures),
    ramps: move(ramps),
    swatches: move(swatches),
  };
}

/** All of them, each where it is. */
export function together(all: readonly Placed[]): Placed {
  return {
    width: largest(all.map(({ width }) => width)),
    height: largest(all.map(({ height }) => height)),
    texts: all.flatMap(({ texts }) => texts),
    pictures: all.flatMap(({ pictures }) => pictures),
    ramps: all.flatMap(({ ramps }) => ramps),
    swatches: all.flatMap(({ swatches }) => swatches),
  };
}

/** Below each other. */
export function stacked(all: readonly Placed[], gap: number): Placed {
  let y = 0;
  return together(
    all.map((one) => {
      const placed = moved(one, 0, y);
      y += one.height + gap;
      return placed;
    }),
  );
}

/** Beside each other. */
export function beside(all: readonly Placed[], gap: number): Placed {
  let x = 0;
  return together(
    all.map((one) => {
      const placed = moved(one, x, 0);
      x += one.width + gap;
      return placed;
    }),
  );
}

/** Lines of text, broken where they are longer than `width`. */
export function text(
  lines: readonly string[],
  style: TextStyle,
  width: number,
  words: Words,
): Placed {
  const broken = lines.flatMap((line) => wrapped(line, style, width, words));
  return {
    ...EMPTY,
    width: Math.ceil(largest(broken.map((line) => words(line, style)))),
    height: broken.length * style.line,
    texts: broken.map((line, i) => ({
      text: line,
      x: 0,
      y: i * style.line + style.size,
      align: "left",
      style,
    })),
  };
}

/** The lines of a text that are no longer than `width`: broken at spaces, else anywhere. */
function wrapped(text: string, style: TextStyle, width: number, words: Words): string[] {
  const lines: string[] = [];
  const fits = (line: string) => words(line, style) <= width;
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    line = "";
    for (const character of word) {
      if (line && !fits(line + character)) {
        lines.push(line);
        line = "";
      }
      line += character;
    }
  }
  return line ? [...lines, line] : lines;
}
