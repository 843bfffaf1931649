/** Colour maps, the colours of what is not finite, and those of runs. */

import { MARKS, type Mark, type NonFinite } from "../numbers/scale";

/** Red, green and blue, 0 to 1. */
type Colour = readonly [number, number, number];

/** A colour as `ImageData` holds it, seen as little-endian 32 bits: ABGR, opaque. */
export function pack(red: number, green: number, blue: number): number {
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Red, green and blue of a packed colour, 0 to 255. */
export function unpack(colour: number): [number, number, number] {
  return [colour & 255, (colour >>> 8) & 255, (colour >>> 16) & 255];
}

/** Whether black is read on a packed colour more easily than white (WCAG's contrast). */
export function isLight(colour: number): boolean {
  const [red, green, blue] = unpack(colour);
  const shade = luminance([red / 255, green / 255, blue / 255]);
  return (shade + 0.05) ** 2 > 1.05 * 0.05;
}

/** A packed colour as CSS has it. */
export function css(colour: number): string {
  return `rgb(${unpack(colour).join(" ")})`;
}

/**
 * Colours of what is not finite, by mark: NaN is magenta as `NON_FINITE` of the logged
 * pictures, which have no shades; infinity is lighter, minus infinity darker.
 */
export const NON_FINITE_COLOURS: Readonly<Record<NonFinite, number>> = {
  [MARKS.nan]: pack(255, 0, 255),
  [MARKS.plus]: pack(255, 150, 255),
  [MARKS.minus]: pack(150, 0, 150),
};

/** The colour that values with a mark have: beyond a scale that of its end. */
export function markColour(mark: Mark, table: Uint32Array): number {
  if (mark === MARKS.none) return 0;
  if (mark === MARKS.below) return table[0]!;
  return mark === MARKS.above ? table[SIZE - 1]! : NON_FINITE_COLOURS[mark];
}

const SIZE = 256;
/** As in the logged pictures: in signed layers nearly all values are far from the largest. */
const LIFT = 0.6;
const BLACK: Colour = [0, 0, 0];

/** Light behind an sRGB value from 0 to 1 (IEC 61966-2-1). */
function light(srgb: number): number {
  return srgb <= 0.04045 ? srgb / 12.92 : ((srgb + 0.055) / 1.055) ** 2.4;
}

/** Luminance of an sRGB colour from 0 to 1, with the weights of Rec. 709. */
export function luminance([red, green, blue]: Colour): number {
  return 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
}

/** Luminance that looks as light as `share` of white: L* of CIE 1976, from 0 to 1. */
function fromLightness(share: number): number {
  return share > 0.08 ? ((share + 0.16) / 1.16) ** 3 : (share * 2700) / 24389;
}

/**
 * `count` colours on the straight lines from black through others, which are ever lighter.
 *
 * `wanted` gives the luminance of each, as a share of the last colour's.
 */
function along(
  colours: readonly Colour[],
  count: number,
  wanted: (share: number, last: number) => number,
): Colour[] {
  const points = [BLACK, ...colours];
  const fine = 4096;
  const path = Array.from({ length: fine }, (_, i): Colour => {
    const place = (i * colours.length) / (fine - 1);
    const from = Math.min(Math.floor(place), colours.length - 1);
    return mix(points[from]!, points[from + 1]!, place - from);
  });
  const lights = path.map(luminance);
  const last = lights[fine - 1]!;
  let next = 1;
  return Array.from({ length: count }, (_, i) => {
    const aim = wanted(i / (count - 1), last);
    while (next < fine - 1 && lights[next]! < aim) next++;
    const before = lights[next - 1]!;
    return mix(path[next - 1]!, path[next]!, (aim - before) / (lights[next]! - before));
  });
}

function mix(a: Colour, b: Colour, share: number): Colour {
  const between = (i: 0 | 1 | 2) => a[i] + (b[i] - a[i]) * share;
  return [between(0), between(1), between(2)];
}

function table(colours: readonly Colour[]): Uint32Array {
  const bytes = (share: number) => Math.round(255 * Math.min(Math.max(share, 0), 1));
  return Uint32Array.from(colours, ([r, g, b]) => pack(bytes(r), bytes(g), bytes(b)));
}

function gray(): Uint32Array {
  return Uint32Array.from({ length: SIZE }, (_, i) => pack(i, i, i));
}

/** Black in the middle, the same as in the logged pictures. */
function signed(): Uint32Array {
  const branch = (...colours: Colour[]) =>
    along(colours, SIZE / 2, (share, last) => light(share ** LIFT) * last);
  // Zero of a symmetric scale falls on entry 128 (127.5, halves to even).
  const negative = branch([0.1, 0.42, 0.95], [0.8, 0.95, 1]).reverse();
  return table([...negative, ...branch([0.9, 0.38, 0.05], [1, 0.93, 0.75])]);
}

/** Each entry looks lighter than the one before by the same amount. */
function even(...colours: Colour[]): Uint32Array {
  return table(
    along(colours, SIZE, (share, last) => {
      const top = 1.16 * Math.cbrt(last) - 0.16;
      return fromLightness(share * top);
    }),
  );
}

/**
 * Tables of 256 packed colours from the low to the high end of a scale.
 *
 * `gray` goes from black to white. `signed` has black in the middle, blue to pale cyan
 * below and orange to warm white above. `heat` goes from black through red and orange to
 * a warm white, `ice` through blue to a cold one, both in equal steps of lightness.
 */
export const COLOUR_MAPS = {
  gray: gray(),
  signed: signed(),
  heat: even([0.45, 0.04, 0.04], [0.86, 0.3, 0.05], [1, 0.68, 0.22], [1, 0.97, 0.82]),
  ice: even([0.05, 0.13, 0.42], [0.1, 0.42, 0.78], [0.4, 0.74, 0.95], [0.88, 0.98, 1]),
} as const satisfies Record<string, Uint32Array>;

/** The name of a colour map. */
export type ColourMapName = keyof typeof COLOUR_MAPS;

/** A colour of TensorBoard's on its light page and on its dark one. */
export interface RunColour {
  light: string;
  dark: string;
}

/** TensorBoard's own; the first is another on its dark page. */
const PALETTE: readonly RunColour[] = [
  { light: "#425066", dark: "#8e98a3" },
  ...["#12b5cb", "#e52592", "#f9ab00", "#9334e6", "#7cb342", "#e8710a"].map((colour) => ({
    light: colour,
    dark: colour,
  })),
];

/** The pages that lines are drawn on, as `--page` of the style has them. */
export const PAGES: RunColour = { light: "#ffffff", dark: "#303030" };
/** The least contrast of a line to its page (WCAG 2, 1.4.11). */
export const LEAST_CONTRAST = 3;

/** How far two colours are apart in luminance, 1 to 21 (WCAG 2). */
export function contrast(one: string, other: string): number {
  const [dark, bright] = [one, other]
    .map((colour) => luminance(parsed(colour)))
    .sort(ascending);
  return (bright! + 0.05) / (dark! + 0.05);
}

const ascending = (first: number, second: number) => first - second;

function parsed(colour: string): Colour {
  const part = (i: number) => Number.parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
  return [part(0), part(1), part(2)];
}

function hex(colour: Colour): string {
  const bytes = colour.map((part) =>
    Math.round(255 * part)
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${bytes.join("")}`;
}

/** The same hue as far towards black or white as it must be to stand out from a page. */
function legible(colour: string, page: string): string {
  const end: Colour = luminance(parsed(page)) > 0.5 ? BLACK : [1, 1, 1];
  for (let share = 0; share < 1; share += 0.01) {
    const nearer = hex(mix(parsed(colour), end, share));
    if (contrast(nearer, page) >= LEAST_CONTRAST) return nearer;
  }
  return hex(end);
}

const RUN_COLOURS = PALETTE.map(({ light, dark }) => ({
  light: legible(light, PAGES.light),
  dark: legible(dark, PAGES.dark),
}));

/**
 * Give each run its colour, as TensorBoard does until people choose others; where that is
 * hardly seen on the page it is darker or lighter, of the same hue.
 *
 * `runs` are all runs, also those without activations, in TensorBoard's own order: by the
 * time of their first event, then by name. The colours repeat after the last one.
 */
export function runColours(runs: readonly string[]): Map<string, RunColour> {
  return new Map(runs.map((run, i) => [run, RUN_COLOURS[i % RUN_COLOURS.length]!]));
}

/** A run's colour as CSS that follows the page. */
export function cssOf({ light, dark }: RunColour): string {
  return light === dark ? light : `light-dark(${light}, ${dark})`;
}
