/** What two sides have in common and what not, ready to be drawn. */

import type { Maps } from "../numbers/decode";
import { CHANGE, compareMaps, planeOf, whyNoDifference } from "../numbers/differences";
import { type Distances, distances, lengthOf } from "../numbers/statistics";
import type { ScaleChoice, State } from "../state/state";
import { memoOn } from "./memo";
import { type Answer, ready } from "./queries";
import type { ShownRecord } from "./records";
import { type Scaling, scalingOf } from "./scaling";

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

/** The order of the channels of B; those of layers of unlike sizes do not belong together. */
export function orderOfB(
  a: ShownRecord,
  b: ShownRecord,
  order: readonly number[],
): readonly number[] {
  if (a.maps.channels === b.maps.channels) return order;
  return Array.from({ length: b.maps.channels }, (_, i) => i);
}

/** One scale for both sides; `channels` are those that are shown, where it is one each. */
export function scalingOfBoth(
  a: ShownRecord,
  b: ShownRecord,
  choice: ScaleChoice,
  channels: ChannelPair,
): Answer<Scaling> {
  if (choice.mode !== "channel" || !channels || channels.a === channels.b) {
    return scalingOf([a, b], choice);
  }
  const planes = [
    { ...a, maps: planeOf(a.maps, channels.a) },
    { ...b, maps: planeOf(b.maps, channels.b) },
  ];
  const scaling = scalingOf(planes, choice);
  if (scaling.state !== "ready") return scaling;
  const limits = scaling.value.limits(0);
  return ready({ ...scaling.value, limits: () => limits });
}

/** A scale with zero in the middle for a difference. */
export function scalingOfDifference(
  a: ShownRecord,
  maps: Maps,
  choice: ScaleChoice,
): Answer<Scaling> {
  // A difference has neither steps nor runs of its own.
  const mode = choice.mode === "steps" || choice.mode === "runs" ? "layer" : choice.mode;
  const scaling = scalingOf([{ ...a, maps }], { ...choice, mode, symmetric: true });
  if (scaling.state !== "ready") return scaling;
  const words = mode === "layer" ? "the largest difference at both ends" : scaling.value.words;
  return ready({ ...scaling.value, words: `${CHANGE}, ${words}` });
}
