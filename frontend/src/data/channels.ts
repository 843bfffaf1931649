/** Which channels are shown, in what order, what each scores, and which stand out. */

import type { Maps } from "../numbers/decode";
import { order, parseSearch, type SortKey } from "../numbers/order";
import {
  type ChannelStatistics,
  channelStatistics,
  distances,
  farthest,
  lengthOf,
  type Place,
} from "../numbers/statistics";
import { pinnedIn } from "../state/pins";
import type { State } from "../state/state";
import { memoOn } from "./memo";
import { type Answer, andThen, failed, ready } from "./queries";
import type { Shown } from "./records";
import { headerOf, mapsOf, stepsOf } from "./resources";
import { placeOf } from "./runs";
import { shownB } from "./sides";

/** Channels in order, with the scores that they are sorted by. */
export interface Ordering {
  channels: number[];
  scores: Float64Array | null;
  /** Words of the search that are no channels. */
  unknown: string[];
  /** How many are not shown, and how many of all the search does not name. */
  hidden: number;
  unsearched: number;
  /** Why they cannot be sorted so. */
  reason: string | null;
}

/** Statistics of all channels, computed once. */
export const statisticsOf = memoOn((maps: Maps) =>
  Array.from({ length: maps.channels }, (_, channel) => channelStatistics(maps, channel)),
);

/** Order the channels of what is shown as they were chosen. */
export function orderingOf(one: Shown, chosen: State): Ordering {
  const { channels } = one.maps;
  const scores = scoresOf(one, chosen);
  const search = parseSearch(chosen.search, channels);
  const only = chosen.search.trim() ? search.channels : null;
  const found = order(channels, scores.state === "ready" ? scores.value : null, {
    descending: chosen.sort.descending,
    hidden: new Set(chosen.hideDead ? one.header.dead : []),
    only,
    pinned: pinnedIn(chosen.pins, one.header.layer),
  });
  return {
    channels: found,
    scores: scores.state === "ready" ? scores.value : null,
    unknown: search.unknown,
    hidden: channels - found.length,
    unsearched: only ? channels - only.length : 0,
    reason: scores.state === "failed" ? scores.reason : null,
  };
}

const PARTS: { [key in SortKey]?: (one: ChannelStatistics) => number } = {
  max: (one) => one.maximum ?? NaN,
  mean: (one) => one.mean ?? NaN,
  l2: (one) => one.l2 ?? NaN,
  deviation: (one) => one.deviation ?? NaN,
  zeros: (one) => one.zeroShare,
};

function scoresOf(one: Shown, chosen: State): Answer<Float64Array | null> {
  const { by } = chosen.sort;
  const part = PARTS[by];
  if (part) return ready(Float64Array.from(statisticsOf(one.maps), part));
  if (by === "change") return andThen(first(one), (maps) => apart(one.maps, maps));
  if (by === "difference") {
    return andThen(shownB(one, chosen), (other) => apart(one.maps, other.maps));
  }
  return ready(null);
}

/** The values at the first step that was kept. */
function first(one: Shown): Answer<Maps> {
  return andThen(stepsOf(one.run.run, one.tag), (series) => {
    const [step, ...later] = series.steps.filter((other) => other.unreadable === null);
    if (!step) return failed("There is no first step.");
    if (!later.length) {
      return failed("One step was kept, so that there is no change.");
    }
    const place = placeOf(series, step);
    return andThen(headerOf(place), (header) => {
      const number = header.inputs.findIndex((input) => input.name === one.input.name);
      return mapsOf(place, header, number);
    });
  });
}

/** Whether two have the same height, width and channels. */
export function sameShape(one: Maps, other: Maps): boolean {
  return (["height", "width", "channels"] as const).every((side) => one[side] === other[side]);
}

/** How far the channels of two are apart, each as a whole (L2). */
function apart(one: Maps, other: Maps): Answer<Float64Array> {
  if (!sameShape(one, other)) {
    return failed("The two do not have the same shape.");
  }
  const positions = one.height * one.width;
  const value = Float64Array.from({ length: one.channels }, (_, i) =>
    lengthOf(distances(one.values, other.values, i * positions, (i + 1) * positions)),
  );
  return ready(value);
}

/** A value and where it is. */
export interface Peak {
  value: number;
  place: Place;
}

/** The value of each channel that is farthest from zero, computed once. */
const farthestOf = memoOn((maps: Maps): (Peak | null)[] =>
  Array.from({ length: maps.channels }, (_, channel) => farthest(maps, channel)),
);

/**
 * The maximum of each channel; of what was removed, the value farthest from zero.
 *
 * null where nothing is finite.
 */
export function peaksOf(maps: Maps, removed: boolean): (Peak | null)[] {
  if (!removed) {
    return statisticsOf(maps).map(({ maximum, argmax }) =>
      maximum === null || argmax === null ? null : { value: maximum, place: argmax },
    );
  }
  return farthestOf(maps);
}

/** Channels by what stands out of them, the strongest first; of equal ones the first. */
export function strongestFirst(
  peaks: readonly (Peak | null)[],
  removed: boolean,
): { channel: number; value: number }[] {
  const strength = (value: number) => (removed ? Math.abs(value) : value);
  return peaks
    .flatMap((peak, channel) => (peak ? [{ channel, value: peak.value }] : []))
    .sort((one, other) => strength(other.value) - strength(one.value));
}

/** The channel that was chosen, where the layer has it, else the strongest. */
export function channelIn(maps: Maps, chosen: number | null, removed: boolean): number {
  if (chosen !== null && chosen < maps.channels) return chosen;
  return strongestFirst(peaksOf(maps, removed), removed)[0]?.channel ?? 0;
}
