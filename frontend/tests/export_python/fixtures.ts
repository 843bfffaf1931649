/** What the scripts of the tests are about. */

import type { ScriptColours, Source } from "../../src/export_python/script";

/** Maps of a layer for one input. */
export const SOURCE: Source = { run: "a", layer: "conv", step: 3, input: "face", axes: 3 };

/** One scale for all. */
export const SHARED: ScriptColours = {
  map: "gray",
  gamma: 1,
  log: false,
  limits: { low: 0, high: 2.5 },
  symmetric: false,
  words: "smallest to largest value of the layer for this input",
  smooth: false,
};

/** Each channel by itself. */
export const OWN: ScriptColours = { ...SHARED, limits: null, words: "each channel's own" };

/** What stands below the functions. */
export function bodyOf(code: string): string {
  const [, ...parts] = code.split("\n\n\n");
  return parts.at(-1) ?? "";
}
