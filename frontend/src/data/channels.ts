/** Which channels are shown, in what order, what each scores, and which stand out. */

import { type Maps, sameShape } from "../numbers/decode";
import { order, parseSearch, type SortKey } from "../numbers/order";
import {
  type ChannelStatistics,
  channelStatistics,
  distances,
  farthest,
  lengthOf,
  type MapPosition,
} from "../numbers/statistics";
import { pinnedIn } from "../state/pins";
import type { State } from "../state/state";
import { boxScores } from "./boxes";
import { memoOn } from "./memo";
import { type Answer, andThen, failed, ready } from "./queries";
import type { ShownRecord } from "./records";
import { headerOf, mapsOf, stepsOf } from "./resources";
import { addressOf, readableSteps } from "./runs";
import { shownSideB } from "./sides";

/** Channels in order, with the scores that they are sorted by. */
export interface Ordering {
  channels: number[];
  scores: Float64Array | null;
  /** Words of the search that are not channels. */
  unknown: string[];
  /** How many are not shown, how many of all the search does not name, how many are silent. */
  hidden: number;
  unsearched: number;
  silent: number;
  /** Why they cannot be sorted so; and whether it is not known yet how. */
  reason: string | null;
  late: boolean;
}

/** Statistics of all channels, computed once. */
export const statisticsOf = memoOn((maps: Maps) =>
  Array.from({ length: maps.channels }, (_, channel) => channelStatistics(maps, channel)),
);

/** What of a layer is ordered. */
interface Ordered {
  /** Channels that show nothing: they are folded, unless they are searched for or pinned. */
  silent?: readonly number[];
  /** Whether what is shown is what the activation function removed. */
  removed?: boolean;
}

/** Order the channels of what is shown as they were chosen. */
export function orderingOf(
  record: ShownRecord,
  chosen: State,
  { silent = record.header.dead, removed = false }: Ordered = {},
): Ordering {
  const { channels } = record.maps;
  const scores = scoresOf(record, chosen, removed);
  const search = parseSearch(chosen.search, channels);
  const only = chosen.search.trim() ? search.channels : null;
  const ranks = scores.state === "ready" ? scores.value : null;
  // Of what was removed all values are below zero: the farthest is the strongest.
  const strengths = removed && chosen.sort.by === "max" ? ranks?.map(Math.abs) : ranks;
  const shownChannels = order(channels, strengths ?? null, {
    descending: chosen.sort.descending,
    hidden: new Set(chosen.showSilent || only ? [] : silent),
    only,
    pinned: pinnedIn(chosen.pins, record.header.layer),
  });
  return {
    channels: shownChannels,
    scores: ranks,
    unknown: search.unknown,
    hidden: channels - shownChannels.length,
    unsearched: only ? channels - only.length : 0,
    silent: silent.length,
    reason: scores.state === "failed" ? scores.reason : null,
    late: scores.state === "waiting",
  };
}

/** The scores that follow from the statistics of a channel alone. */
const SCORE_OF: { [key in SortKey]?: (statistics: ChannelStatistics) => number } = {
  mean: ({ mean }) => mean ?? NaN,
  l2: ({ l2 }) => l2 ?? NaN,
  deviation: ({ deviation }) => deviation ?? NaN,
  zeros: ({ zeroShare }) => zeroShare,
};

function scoresOf(
  record: ShownRecord,
  chosen: State,
  removed: boolean,
): Answer<Float64Array | null> {
  const { by } = chosen.sort;
  if (by === "max") {
    const peaks = peaksOf(record.maps, removed);
    return ready(Float64Array.from(peaks, (peak) => peak?.value ?? NaN));
  }
  const score = SCORE_OF[by];
  if (score) return ready(Float64Array.from(statisticsOf(record.maps), score));
  if (by === "change") {
    return andThen(atFirstStep(record), (maps) => distancesBetween(record.maps, maps));
  }
  if (by === "difference") {
    return andThen(shownSideB(record, chosen), (other) =>
      distancesBetween(record.maps, other.maps),
    );
  }
  if (by === "box") return boxScores(record, chosen);
  return ready(null);
}

/** The values at the first step that was kept. */
function atFirstStep(record: ShownRecord): Answer<Maps> {
  return andThen(stepsOf(record.run.run, record.tag), (series) => {
    const [step, ...later] = readableSteps(series);
    if (!step) return failed("There is no first step.");
    if (!later.length)
      return failed("There is one step, so nothing has changed yet. Sort by something else.");
    const address = addressOf(series, step);
    return andThen(headerOf(address), (header) => {
      const number = header.inputs.findIndex((input) => input.name === record.input.name);
      return mapsOf(address, header, number);
    });
  });
}

/** How far the channels of two are apart, each as a whole (L2). */
function distancesBetween(a: Maps, b: Maps): Answer<Float64Array> {
  if (!sameShape(a, b))
    return failed("B has another shape, so there is no difference to sort by.");
  const positions = a.height * a.width;
  return ready(
    Float64Array.from({ length: a.channels }, (_, i) =>
      lengthOf(distances(a.values, b.values, i * positions, (i + 1) * positions)),
    ),
  );
}

/** A value and where it is. */
export interface Peak {
  value: number;
  position: MapPosition;
}

/** The value of each channel that is farthest from zero, computed once. */
const farthestOf = memoOn((maps: Maps): (Peak | null)[] =>
  Array.from({ length: maps.channels }, (_, channel) => farthest(maps, channel)),
);

/**
 * The maximum of each channel; where it is what was removed, the value farthest from zero.
 *
 * Null where nothing is finite.
 */
export function peaksOf(maps: Maps, removed: boolean): (Peak | null)[] {
  if (!removed) {
    return statisticsOf(maps).map(({ maximum, argmax }) =>
      maximum === null || argmax === null ? null : { value: maximum, position: argmax },
    );
  }
  return farthestOf(maps);
}

/** Channels by their peaks, the strongest first; equal ones in the order of their numbers. */
export function strongestFirst(
  peaks: readonly (Peak | null)[],
  removed: boolean,
): { channel: number; value: number }[] {
  const strength = (value: number) => (removed ? Math.abs(value) : value);
  return peaks
    .flatMap((peak, channel) => (peak ? [{ channel, value: peak.value }] : []))
    .sort((a, b) => strength(b.value) - strength(a.value));
}

/** The channel that was chosen, where the layer has it, else the strongest. */
export function channelIn(maps: Maps, chosen: number | null, removed: boolean): number {
  if (chosen !== null && chosen < maps.channels) return chosen;
  return strongestFirst(peaksOf(maps, removed), removed)[0]?.channel ?? 0;
}
