/** Which values are at the ends of the colours, and which no colour can show. */

import type { Maps } from "../numbers/decode";
import {
  channelLimits,
  finiteLimits,
  fromStatistics,
  type Limits,
  NO_LIMITS,
  percentileLimits,
  robustLimits,
  symmetric,
  union,
} from "../numbers/limits";
import type { Matrix } from "../numbers/matrix";
import { type Coverage, coverageOfValues, together } from "../numbers/scale";
import type { ScaleChoice } from "../state/state";
import { memoOn } from "./memo";
import { type Answer, ready } from "./queries";
import type { ShownRecord } from "./records";
import { curveOf, INPUT, listedRuns } from "./resources";

/** Limits of each channel, and in words whose they are. */
export interface Scaling {
  limits: (channel: number) => Limits;
  /** Whether every channel has the same. */
  shared: boolean;
  words: string;
}

const NOTHING_FINITE = "nothing is finite, so that there is nothing to scale by";
/** By what share of itself float16 rounds a value at most. */
const HALF = 2 ** -11;

/** The finite limits of all channels, computed once. */
export const limitsOf = memoOn((maps: Maps) =>
  union(finiteLimits(maps.values), maps.apart ? finiteLimits(maps.apart.values) : null),
);

/** The limits that a share of the values is outside of, computed once. */
const cutLimits = memoOn((maps: Maps, percentile: number) =>
  percentileLimits(maps.values, percentile),
);

/** The limits without outliers, computed once. */
const innerLimits = memoOn((maps: Maps) => robustLimits(maps.values));
const ROBUST = "without outliers: three interquartile ranges around the quartiles";

/** The limits that were found, with zero in the middle where that was chosen. */
export function centred(limits: Limits | null, { symmetric: wanted }: ScaleChoice): Limits {
  return wanted ? symmetric(limits ?? NO_LIMITS) : (limits ?? NO_LIMITS);
}

/** One scale for everything. */
function sharedScaling(limits: Limits | null, choice: ScaleChoice, words: string): Scaling {
  const ends = centred(limits, choice);
  return { limits: () => ends, shared: true, words };
}

/** What a scale means that needs no values: its ends are fixed. */
function fixedScaling(choice: ScaleChoice): Scaling {
  const limits = {
    low: Math.min(choice.low, choice.high),
    high: Math.max(choice.low, choice.high),
  };
  return sharedScaling(limits, choice, "fixed values");
}

function percentileWords({ percentile }: ScaleChoice): string {
  return `percentile ${percentile} to ${100 - percentile} of what is shown`;
}

/** What a scale means for what is shown, one for all of it. */
export function scalingOf(all: readonly ShownRecord[], choice: ScaleChoice): Answer<Scaling> {
  const shared = (limits: Limits | null, words: string) =>
    ready(sharedScaling(limits, choice, limits ? words : NOTHING_FINITE));
  const [first] = all;
  if (choice.mode === "channel" && first) {
    const limits = (channel: number) =>
      centred(
        all.reduce<Limits | null>(
          (sum, one) => union(sum, channelLimits(one.maps, channel)),
          null,
        ),
        choice,
      );
    return ready({
      limits,
      shared: false,
      words: "each channel's own smallest to largest value",
    });
  }
  if (choice.mode === "fixed") return ready(fixedScaling(choice));
  const over = (limits: (maps: Maps) => Limits | null) =>
    all.reduce<Limits | null>((sum, one) => union(sum, limits(one.maps)), null);
  if (choice.mode === "percentile") {
    return shared(
      over((maps) => cutLimits(maps, choice.percentile)),
      percentileWords(choice),
    );
  }
  if (choice.mode === "robust") return shared(over(innerLimits), ROBUST);
  if (choice.mode === "steps" || choice.mode === "runs") return overTime(all, choice, shared);
  return shared(
    over(limitsOf),
    all.length > 1
      ? "smallest to largest value of all that is shown"
      : "smallest to largest value of the layer for this input",
  );
}

type Share = (limits: Limits | null, words: string) => Answer<Scaling>;

/** Limits over all steps that were kept, of these runs or of all. */
function overTime(
  all: readonly ShownRecord[],
  choice: ScaleChoice,
  shared: Share,
): Answer<Scaling> {
  let limits: Limits | null = null;
  const runs = listedRuns();
  for (const record of all) {
    limits = union(limits, limitsOf(record.maps));
    for (const run of choice.mode === "runs" ? runs : [record.run]) {
      const tag = run.tags.find((other) => other.tag === record.tag.tag);
      if (!tag || tag.layer === INPUT || tag.unreadable !== null) continue;
      const curve = curveOf(run.run, tag, record.number);
      if (curve.state === "waiting") return curve;
      // A run may have fewer inputs: then it has nothing to add.
      if (curve.state === "failed") continue;
      const { minimum, maximum } = curve.value.statistics;
      minimum.forEach((low, i) => {
        const atStep = fromStatistics(low ?? [], maximum[i] ?? []);
        // Else steps whose values were rounded beyond the statistics would be clipped.
        const rounded = record.input.packed.precision === "float16";
        limits = union(limits, atStep && rounded ? widened(atStep) : atStep);
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
 * What the chosen scale means for a matrix; `channel` stands for a row of its own, and by
 * itself there are no outliers in it, unless colours are logarithmic.
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
  const shared = (limits: Limits | null, words: string) => sharedScaling(limits, choice, words);
  if (choice.mode === "channel") {
    return {
      limits: (row) =>
        centred(finiteLimits(values, row * columns, (row + 1) * columns), choice),
      shared: false,
      words: "each channel's own smallest to largest value over the steps",
    };
  }
  if (choice.mode === "fixed") return fixedScaling(choice);
  if (choice.mode === "percentile") {
    return shared(percentileLimits(values, choice.percentile), percentileWords(choice));
  }
  const automatic = choice.mode === "auto";
  if (choice.mode === "robust" || (automatic && !natural && !choice.log)) {
    return shared(robustLimits(values), ROBUST);
  }
  if (natural) return shared(natural, "all that a share can be");
  return shared(finiteLimits(values), "smallest to largest value of all that is shown");
}

/** Channels of a record that are drawn. */
export interface DrawnChannels {
  maps: Maps;
  channels: readonly number[];
}

/** What a scale shows of all that is drawn; counted once for each of the maps. */
export function coverageOf(drawn: readonly DrawnChannels[], scaling: Scaling): Coverage {
  return together(
    drawn.map(({ maps, channels }) => coverageOfMaps(maps, { channels, scaling })),
  );
}

interface Counted {
  channels: readonly number[];
  scaling: Scaling;
}

const coverageOfMaps = memoOn(
  (maps: Maps, { channels, scaling }: Counted) => {
    const positions = maps.height * maps.width;
    return together(
      channels.map((channel) => {
        const limits = scaling.limits(channel);
        const [start, end] = [channel * positions, (channel + 1) * positions];
        return coverageOfValues(maps.values, limits, start, end);
      }),
    );
  },
  (_, { channels, scaling }) => {
    const different = scaling.shared ? channels.slice(0, 1) : channels;
    const ends = different.map((channel) => {
      const { low, high } = scaling.limits(channel);
      return [low, high];
    });
    return JSON.stringify([channels, ends]);
  },
);
