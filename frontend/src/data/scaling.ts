/** Which values are at the ends of the colours: what the chosen scale means here. */

import type { Maps } from "../numbers/decode";
import {
  channelLimits,
  finiteLimits,
  fromStatistics,
  type Limits,
  percentileLimits,
  symmetric,
  union,
} from "../numbers/limits";
import type { ScaleChoice } from "../state/state";
import type { Answer } from "./answers";
import { curveOf, INPUT, listing } from "./resources";
import type { Shown } from "./shown";

/** Limits of each channel, and in words whose they are. */
export interface Scaling {
  limits: (channel: number) => Limits;
  /** Whether every channel has the same. */
  shared: boolean;
  words: string;
}

/** What is drawn where nothing is finite. */
const NO_LIMITS: Limits = { low: 0, high: 1 };
/** By what share of itself float16 rounds a value at most. */
const HALF = 2 ** -11;

const whole = new WeakMap<Maps, Limits | null>();
const cut = new WeakMap<Maps, { percentile: number; limits: Limits | null }>();

/** The finite limits of all channels, computed once. */
export function limitsOf(maps: Maps): Limits | null {
  if (!whole.has(maps)) whole.set(maps, finiteLimits(maps.values));
  return whole.get(maps) ?? null;
}

/** The limits that a share of the values is outside of, computed once. */
function cutLimits(maps: Maps, percentile: number): Limits | null {
  let known = cut.get(maps);
  if (known?.percentile !== percentile) {
    known = { percentile, limits: percentileLimits(maps.values, percentile) };
    cut.set(maps, known);
  }
  return known.limits;
}

/** What a scale means for what is shown, one for all of it. */
export function scalingOf(all: readonly Shown[], choice: ScaleChoice): Answer<Scaling> {
  const centred = (limits: Limits | null) => {
    const found = limits ?? NO_LIMITS;
    return choice.symmetric ? symmetric(found) : found;
  };
  const shared = (limits: Limits | null, words: string): Answer<Scaling> => {
    const found = centred(limits);
    const told = limits ? words : "nothing is finite, so that there is nothing to scale by";
    return { state: "ready", value: { limits: () => found, shared: true, words: told } };
  };
  const [first] = all;
  if (choice.mode === "channel" && first) {
    const limits = (channel: number) =>
      centred(
        all.reduce<Limits | null>(
          (sum, one) => union(sum, channelLimits(one.maps, channel)),
          null,
        ),
      );
    return {
      state: "ready",
      value: { limits, shared: false, words: "each channel's own smallest to largest value" },
    };
  }
  if (choice.mode === "fixed") {
    return shared(
      { low: Math.min(choice.low, choice.high), high: Math.max(choice.low, choice.high) },
      "fixed values",
    );
  }
  if (choice.mode === "percentile") {
    const limits = all.reduce<Limits | null>(
      (sum, one) => union(sum, cutLimits(one.maps, choice.percentile)),
      null,
    );
    const { percentile } = choice;
    return shared(limits, `percentile ${percentile} to ${100 - percentile} of what is shown`);
  }
  if (choice.mode === "steps" || choice.mode === "runs") return overTime(all, choice, shared);
  return shared(
    all.reduce<Limits | null>((sum, one) => union(sum, limitsOf(one.maps)), null),
    all.length > 1
      ? "smallest to largest value of all that is shown"
      : "layer's smallest to largest value",
  );
}

type Share = (limits: Limits | null, words: string) => Answer<Scaling>;

/** Limits over all steps that were kept, of these runs or of all. */
function overTime(all: readonly Shown[], choice: ScaleChoice, shared: Share): Answer<Scaling> {
  let limits: Limits | null = null;
  const runs = listing.value.state === "ready" ? listing.value.value.runs : [];
  for (const one of all) {
    limits = union(limits, limitsOf(one.maps));
    for (const run of choice.mode === "runs" ? runs : [one.run]) {
      const tag = run.tags.find((other) => other.tag === one.tag.tag);
      if (!tag || tag.layer === INPUT || tag.unreadable !== null) continue;
      const curve = curveOf(run.run, tag, one.number);
      if (curve.state === "waiting") return curve;
      // A run may have fewer inputs: then it has nothing to add.
      if (curve.state === "failed") continue;
      const { minimum, maximum } = curve.value.statistics;
      minimum.forEach((low, i) => {
        const found = fromStatistics(low ?? [], maximum[i] ?? []);
        // Else steps whose values were rounded beyond the statistics would be clipped.
        const rounded = one.input.packed.precision === "float16";
        limits = union(limits, found && rounded ? widened(found) : found);
      });
    }
  }
  return shared(
    limits,
    choice.mode === "runs" ? "one scale for all steps of all runs" : "one scale for all steps",
  );
}

function widened({ low, high }: Limits): Limits {
  return { low: low - Math.abs(low) * HALF, high: high + Math.abs(high) * HALF };
}
