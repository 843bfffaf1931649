/** Maps as what they are: tokens in the rows and columns of their grid. */

import type { Maps } from "./decode";
import type { MapForm, TokenGrid } from "./map_form";

/** Maps as they are: tokens in the rows and columns of their grid. */
export function shapedMaps(maps: Maps, form: MapForm): Maps {
  return form.kind === "tokens" ? folded({ ...maps, form }, form.grid) : { ...maps, form };
}

/** A sequence of tokens as maps of their patches, with the class tokens apart. */
function folded(maps: Maps, { size: [height, width], class_tokens: count }: TokenGrid): Maps {
  const { channels, values } = maps;
  const tokens = maps.height * maps.width;
  const part = (from: number, length: number) => {
    const taken = new Float32Array(channels * length);
    for (let channel = 0; channel < channels; channel++) {
      const start = channel * tokens + from;
      taken.set(values.subarray(start, start + length), channel * length);
    }
    return taken;
  };
  const patches = { ...maps, height, width, values: part(count, height * width) };
  if (!count) return patches;
  const apart = { height: 1, width: count, channels, values: part(0, count) };
  return { ...patches, apart };
}

/** All values of a layer, also those of class tokens. */
export function allValues({ values, apart }: Maps): Float32Array {
  return apart ? Float32Array.from([...values, ...apart.values]) : values;
}

/** Which keys one query attends to, of each head: a map where their grid is known. */
export function queryMaps(scores: Maps, query: number): Maps {
  const { channels, width, values } = scores;
  const row = new Float32Array(channels * width);
  for (let head = 0; head < channels; head++) {
    const start = (head * scores.height + query) * width;
    row.set(values.subarray(start, start + width), head * width);
  }
  const keys = { height: 1, width, channels, values: row };
  const grid = scores.form?.kind === "scores" ? scores.form.grid : null;
  return shapedMaps(keys, grid ? { kind: "tokens", grid } : { kind: "sequence" });
}
