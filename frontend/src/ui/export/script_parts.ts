/** What the scripts of all views say in the same way. */

import type { Scaling } from "../../data/scaling";
import type { Shown } from "../../data/shown";
import type { Colours, Source } from "../../export_python/script";
import type { State } from "../../state/state";
import { paintOf } from "../pictures/paint";

/** Where values are logged. */
export function sourceOf(one: Omit<Shown, "maps" | "number">): Source {
  const { run, tag, place, input } = one;
  const axes = input.shape.length;
  return { run: run.run, layer: tag.layer, step: place.step, input: input.name, axes };
}

/** How all of it, or each channel, is coloured in a view. */
export function coloursOf(scaling: Scaling, chosen: State): Colours {
  const { gamma, symmetric } = chosen.scale;
  return {
    map: paintOf(scaling, chosen).name,
    gamma,
    symmetric,
    limits: scaling.shared ? scaling.limits(0) : null,
    words: scaling.words,
    smooth: chosen.smooth,
  };
}

/** The channels to draw; an error where there are none. */
export function some(channels: readonly number[]): readonly number[] {
  if (channels.length) return channels;
  throw new Error("No channels are shown: search for others, or show dead ones.");
}
