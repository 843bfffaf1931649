/** What two sides have in common and what not, ready to be drawn. */

import type { Maps } from "../numbers/decode";
import { compared, planeOf, whyApart } from "../numbers/differences";
import { type Distances, distances, lengthOf } from "../numbers/statistics";
import type { ScaleChoice, State } from "../state/state";
import { memoOn } from "./memo";
import { type Answer, ready } from "./queries";
import type { Shown } from "./records";
import { type Scaling, scalingOf } from "./scaling";

/** How two of the same shape differ, computed once. */
export const comparedOf = memoOn(compared);

/** A difference, as it is drawn and measured; or why there is none. */
export type Difference =
  | {
      reason: null;
      maps: Maps;
      total: Distances;
      /** How far a channel of A is from that of B it is compared with. */
      of: (channel: number) => Distances;
      /** L2 of each channel, where there are several. */
      scores: Float64Array | null;
    }
  | { reason: string };

/** Compare all channels of two sides, each with that of the same number. */
export function differenceOf(a: Maps, b: Maps): Difference {
  const reason = whyApart(a, b);
  if (reason !== null) return { reason };
  const { maps, total, channels } = comparedOf(a, b);
  return {
    reason: null,
    maps,
    total,
    of: (channel) => channels[channel] ?? total,
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
  const [one, other] = [planeOf(a, channelA), planeOf(b, channelB)];
  const reason = whyApart(one, other);
  if (reason !== null) return { reason };
  const total = distances(one.values, other.values);
  const of = () => total;
  if (channelA === channelB && whyApart(a, b) === null) {
    return { reason: null, maps: comparedOf(a, b).maps, total, of, scores: null };
  }
  // At the number that the channel has on side A, so that it is pointed at as that one.
  const values = new Float32Array((channelA + 1) * one.values.length);
  values.set(compared(one, other).maps.values, channelA * one.values.length);
  const maps = { ...one, channels: channelA + 1, values };
  return { reason: null, maps, total, of, scores: null };
}

/** The channels that are compared, one of each side; null where it is all of them. */
export type Pair = { a: number; b: number } | null;

/** The channel of each side that is chosen; or why there are none such. */
export function channelsOf(a: Shown, b: Shown, chosen: State): Pair | string {
  const first = chosen.a.channel;
  if (!chosen.compare.one || first === null) return null;
  const second = chosen.b.channel ?? first;
  for (const [name, one, channel] of [
    ["A", a, first],
    ["B", b, second],
  ] as const) {
    if (channel < one.maps.channels) continue;
    return `${name} has no channel ${channel}, only 0 to ${one.maps.channels - 1}.`;
  }
  return { a: first, b: second };
}

/** The order of the channels of B; those of layers of unlike sizes do not belong together. */
export function orderOfB(a: Shown, b: Shown, order: readonly number[]): readonly number[] {
  if (a.maps.channels === b.maps.channels) return order;
  return Array.from({ length: b.maps.channels }, (_, i) => i);
}

/** One scale for both sides; `channels` are those that are shown, where it is one each. */
export function scalingOfBoth(
  a: Shown,
  b: Shown,
  choice: ScaleChoice,
  channels: Pair,
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
  a: Shown,
  maps: Maps,
  choice: ScaleChoice,
): Answer<Scaling> {
  // A difference has no steps and runs of its own.
  const mode = choice.mode === "steps" || choice.mode === "runs" ? "layer" : choice.mode;
  const scaling = scalingOf([{ ...a, maps }], { ...choice, mode, symmetric: true });
  if (scaling.state !== "ready") return scaling;
  const words = mode === "layer" ? "the largest difference at both ends" : scaling.value.words;
  return ready({ ...scaling.value, words: `A − B, ${words}` });
}
