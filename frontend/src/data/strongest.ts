/** What stands out of channels, and which of them is looked at where none was chosen. */

import type { Maps } from "../numbers/decode";
import { farthest, type Place } from "../numbers/statistics";
import { statisticsOf } from "./ordering";

/** A value and where it is. */
export interface Peak {
  value: number;
  place: Place;
}

const farthestKnown = new WeakMap<Maps, (Peak | null)[]>();

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
  let found = farthestKnown.get(maps);
  if (!found) {
    found = Array.from({ length: maps.channels }, (_, channel) => farthest(maps, channel));
    farthestKnown.set(maps, found);
  }
  return found;
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
