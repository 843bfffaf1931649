/** The colours that TensorBoard gives to runs. */

/** A colour of TensorBoard's on its light page and on its dark one. */
export interface RunColour {
  light: string;
  dark: string;
}

const both = (colour: string): RunColour => ({ light: colour, dark: colour });

const PALETTE: readonly RunColour[] = [
  { light: "#425066", dark: "#8e98a3" },
  both("#12b5cb"),
  both("#e52592"),
  both("#f9ab00"),
  both("#9334e6"),
  both("#7cb342"),
  both("#e8710a"),
];

/**
 * Give each run its colour, as TensorBoard does until people choose others.
 *
 * `runs` are all runs, also those without activations, in TensorBoard's own order: by the
 * time of their first event, then by name. After the last colour the first one comes again.
 */
export function runColours(runs: readonly string[]): Map<string, RunColour> {
  return new Map(runs.map((run, i) => [run, PALETTE[i % PALETTE.length]!]));
}

/** A run's colour as CSS that follows the page. */
export function cssOf({ light, dark }: RunColour): string {
  return light === dark ? light : `light-dark(${light}, ${dark})`;
}
