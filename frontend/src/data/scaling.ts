/** Which values are at the ends of the colours, and which no colour can show. */

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
import type { Matrix } from "../numbers/matrix";
import { type Coverage, countMarks, together } from "../numbers/scale";
import type { ScaleChoice } from "../state/state";
import type { Answer } from "./queries";
import type { Shown } from "./records";
import { curveOf, INPUT, listing } from "./resources";

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

/**
 * What the chosen scale means for a matrix; `channel` stands for a row of its own.
 *
 * `natural` are limits that values cannot exceed, such as those of a share. They are taken
 * unless a scale was chosen that is about something else.
 */
export function matrixScaling(
  matrix: Matrix,
  choice: ScaleChoice,
  natural: Limits | null,
): Scaling {
  const { values, columns } = matrix;
  const centred = (limits: Limits | null) => {
    const found = limits ?? NO_LIMITS;
    return choice.symmetric ? symmetric(found) : found;
  };
  const shared = (limits: Limits | null, words: string): Scaling => {
    const found = centred(limits);
    return { limits: () => found, shared: true, words };
  };
  if (choice.mode === "channel") {
    return {
      limits: (row) => centred(finiteLimits(values, row * columns, (row + 1) * columns)),
      shared: false,
      words: "each channel's own smallest to largest value over the steps",
    };
  }
  if (choice.mode === "fixed") {
    const { low, high } = choice;
    return shared({ low: Math.min(low, high), high: Math.max(low, high) }, "fixed values");
  }
  if (choice.mode === "percentile") {
    const { percentile } = choice;
    const limits = percentileLimits(values, percentile);
    return shared(limits, `percentile ${percentile} to ${100 - percentile} of what is shown`);
  }
  if (natural) return shared(natural, "all that a share can be");
  return shared(finiteLimits(values), "smallest to largest value of all that is shown");
}

/** Channels of a record that are drawn. */
export interface Drawn {
  maps: Maps;
  channels: readonly number[];
}

const known = new WeakMap<Maps, { key: string; coverage: Coverage }>();

/** What a scale shows of all that is drawn; counted once for each of the maps. */
export function coverageOf(drawn: readonly Drawn[], scaling: Scaling): Coverage {
  return together(drawn.map((one) => coverageOfOne(one, scaling)));
}

function coverageOfOne({ maps, channels }: Drawn, scaling: Scaling): Coverage {
  const limits = channels.map((channel) => scaling.limits(channel));
  const different = scaling.shared ? limits.slice(0, 1) : limits;
  const ends = different.map(({ low, high }) => [low, high]);
  const key = JSON.stringify([channels, ends]);
  const found = known.get(maps);
  if (found?.key === key) return found.coverage;
  const positions = maps.height * maps.width;
  const coverage = together(
    channels.map((channel, i) => {
      const [start, own] = [channel * positions, limits[i]!];
      return { limits: own, marks: countMarks(maps.values, own, start, start + positions) };
    }),
  );
  known.set(maps, { key, coverage });
  return coverage;
}
