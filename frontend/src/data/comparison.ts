/** What two sides have in common and what not, ready to be drawn. */

import type { Maps } from "../numbers/decode";
import { CHANGE, compareMaps, planeOf, whyNoDifference } from "../numbers/differences";
import { channelLimits, type Limits, NO_LIMITS, union } from "../numbers/limits";
import { tooLittle } from "../numbers/scale_use";
import { type Distances, distances, lengthOf } from "../numbers/statistics";
import type { ScaleChoice, SideShare, State } from "../state/state";
import { type Ordering, orderingOf } from "./channels";
import { memoOn } from "./memo";
import { type Answer, andThen, ready } from "./queries";
import type { ShownRecord } from "./records";
import type { LeastUser } from "./scale_fit";
import { limitsOf, type Scaling, scalingOf } from "./scaling";

/** How two sets of maps of one shape differ, computed once. */
export const comparedOf = memoOn(compareMaps);

/** A difference, as it is drawn and measured; or why there is none. */
export type Difference =
  | {
      reason: null;
      maps: Maps;
      total: Distances;
      /** How far a channel of A is from that of B it is compared with. */
      ofChannel: (channel: number) => Distances;
      /** L2 of each channel, where there are several. */
      scores: Float64Array | null;
    }
  | { reason: string };

/** Compare all channels of two sides, each with that of the same number. */
export function differenceOf(a: Maps, b: Maps): Difference {
  const reason = whyNoDifference(a, b);
  if (reason !== null) return { reason };
  const { maps, total, channels } = comparedOf(a, b);
  return {
    reason: null,
    maps,
    total,
    ofChannel: (channel) => channels[channel] ?? total,
    scores: Float64Array.from(channels, lengthOf),
  };
}

/** Compare one channel of each side. */
export function planeDifference(
  a: Maps,
  channelA: number,
  b: Maps,
  channelB: number,
): Difference {
  const [planeA, planeB] = [planeOf(a, channelA), planeOf(b, channelB)];
  const reason = whyNoDifference(planeA, planeB);
  if (reason !== null) return { reason };
  const total = distances(planeA.values, planeB.values);
  const ofChannel = () => total;
  if (channelA === channelB && whyNoDifference(a, b) === null) {
    return { reason: null, maps: comparedOf(a, b).maps, total, ofChannel, scores: null };
  }
  // At the number that the channel has on side A, so that it is pointed at as that one.
  const values = new Float32Array((channelA + 1) * planeA.values.length);
  values.set(compareMaps(planeA, planeB).maps.values, channelA * planeA.values.length);
  const maps = { ...planeA, channels: channelA + 1, values };
  return { reason: null, maps, total, ofChannel, scores: null };
}

/** The channels that are compared, one of each side; null where it is all of them. */
export type ChannelPair = { a: number; b: number } | null;

/** The channel of each side that is chosen; or why there is none. */
export function channelsOf(
  a: ShownRecord,
  b: ShownRecord,
  chosen: State,
): ChannelPair | string {
  const first = chosen.a.channel;
  if (!chosen.compare.oneChannel || first === null) return null;
  const second = chosen.b.channel ?? first;
  for (const [name, record, channel] of [
    ["A", a, first],
    ["B", b, second],
  ] as const) {
    if (channel < record.maps.channels) continue;
    return `${name} has no channel ${channel}, only 0 to ${record.maps.channels - 1}.`;
  }
  return { a: first, b: second };
}

/** The order of the channels of A; folded are those that show nothing on either side. */
export function orderingOfSides(a: ShownRecord, b: ShownRecord, chosen: State): Ordering {
  const { dead } = a.header;
  const alike = a.maps.channels === b.maps.channels;
  const others = new Set(b.header.dead);
  const silent = alike ? dead.filter((channel) => others.has(channel)) : dead;
  return orderingOf(a, chosen, { silent });
}

/** The order of the channels of B; those of layers of unlike sizes do not belong together. */
export function orderOfB(
  a: ShownRecord,
  b: ShownRecord,
  order: readonly number[],
): readonly number[] {
  if (a.maps.channels === b.maps.channels) return order;
  return Array.from({ length: b.maps.channels }, (_, i) => i);
}

/** How both sides are scaled. */
export interface SidesScaling {
  a: Scaling;
  b: Scaling;
  /** Whether the scale is one for both, and whether it would be if nothing else were chosen. */
  shares: Share;
  automatic: Share;
  /** The side that uses least of a common scale, if that is too little. */
  least: LeastUser | null;
}

type Share = Exclude<SideShare, "auto">;

/** Both sides at one step. */
export interface RecordPair {
  a: ShownRecord;
  b: ShownRecord;
}

/**
 * The scales of both sides, as they were chosen, one for all steps where there are several;
 * `channels` are those that are shown, where it is one each.
 *
 * By itself one is common to both, unless a side would use too little of it.
 */
export function scalingOfPairs(
  pairs: readonly RecordPair[],
  choice: ScaleChoice,
  chosen: SideShare,
  channels: ChannelPair,
): Answer<SidesScaling> {
  const one = pairs.map(({ a }) => planeIn(a, channels?.a ?? null, choice));
  const other = pairs.map(({ b }) => planeIn(b, channels?.b ?? null, choice));
  return andThen(scalingOfAll([...one, ...other], choice, channels), (both) => {
    const seenIn = (side: "a" | "b") =>
      pairs
        .map((pair) => pair[side].maps)
        .map((maps) => (channels ? channelLimits(maps, channels[side]) : limitsOf(maps)))
        .reduce<Limits | null>(union, null);
    const seen = [seenIn("a"), seenIn("b")];
    const scale = both.shared
      ? both.limits(0)
      : (seen.reduce<Limits | null>(union, null) ?? NO_LIMITS);
    const fixed = choice.mode === "fixed";
    const little = fixed ? null : tooLittle(scale, seen);
    const least = little && { who: little.index ? "B" : "A", share: little.share };
    const automatic: Share = least ? "each" : "common";
    const shares = fixed ? "common" : chosen === "auto" ? automatic : chosen;
    const common = ready<SidesScaling>({ a: both, b: both, shares, automatic, least });
    if (shares === "common") return common;
    return andThen(scalingOfAll(one, choice, channels), (ofA) =>
      andThen(scalingOfAll(other, choice, channels), (ofB) => {
        const named = (side: string, scaling: Scaling) => ({
          ...scaling,
          words: `${side}: ${scaling.words}`,
        });
        return ready({ a: named("A", ofA), b: named("B", ofB), shares, automatic, least });
      }),
    );
  });
}

/** The scales of both sides at one step. */
export function scalingOfSides(
  a: ShownRecord,
  b: ShownRecord,
  choice: ScaleChoice,
  chosen: SideShare,
  channels: ChannelPair,
): Answer<SidesScaling> {
  return scalingOfPairs([{ a, b }], choice, chosen, channels);
}

/** One scale for several sides. */
function scalingOfAll(
  sides: readonly ShownRecord[],
  choice: ScaleChoice,
  channels: ChannelPair,
): Answer<Scaling> {
  return andThen(scalingOf(sides, choice), (scaling) => {
    if (!channels || scaling.shared) return ready(scaling);
    const limits = scaling.limits(0);
    const words = "the channel's smallest to largest value";
    return ready({ limits: () => limits, shared: true, words });
  });
}

/** What is scaled of a side: the channel that is shown by itself, or its whole layer. */
function planeIn(
  record: ShownRecord,
  channel: number | null,
  { mode }: ScaleChoice,
): ShownRecord {
  if (channel === null || (mode !== "channel" && mode !== "auto")) return record;
  return { ...record, maps: planeOf(record.maps, channel) };
}

/** A scale with zero in the middle for a difference. */
export function scalingOfDifference(
  a: ShownRecord,
  maps: Maps,
  choice: ScaleChoice,
): Answer<Scaling> {
  return scalingOfDifferences([{ ...a, maps }], choice);
}

/** One for differences at several steps, each in place of the values of its side A. */
export function scalingOfDifferences(
  differences: readonly ShownRecord[],
  choice: ScaleChoice,
): Answer<Scaling> {
  // A difference has neither steps nor runs of its own.
  const whole = ["auto", "steps", "runs"].includes(choice.mode);
  const mode = whole ? "layer" : choice.mode;
  const scaling = scalingOf(differences, { ...choice, mode, symmetric: true });
  if (scaling.state !== "ready") return scaling;
  const words = mode === "layer" ? "the largest difference at both ends" : scaling.value.words;
  return ready({ ...scaling.value, words: `${CHANGE}, ${words}` });
}
