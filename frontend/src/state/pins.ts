/** Which channels are pinned: those of a layer, and of the other half of its pair. */

import { unescaped } from "./text";

/** Pinned channels in ascending order, by layer; pairs are under the pre-activation. */
export type Pins = ReadonlyMap<string, readonly number[]>;

/** What a layer's pins are found by. */
interface PinnedLayer {
  path: string;
  kind: string;
  partner: string | null;
}

const NONE: readonly number[] = [];
const RESERVED = /[%:;,]/g;

function owner({ path, kind, partner }: PinnedLayer): string {
  return (kind === "activation" && partner) || path;
}

/** The pinned channels of a layer. */
export function pinnedIn(pins: Pins, layer: PinnedLayer): readonly number[] {
  return pins.get(owner(layer)) ?? NONE;
}

/** Pin a channel of a layer, or take its pin out. */
export function togglePin(pins: Pins, layer: PinnedLayer, channel: number): Pins {
  const before = pinnedIn(pins, layer);
  const after = before.includes(channel)
    ? before.filter((pinned) => pinned !== channel)
    : [...before, channel].sort((a, b) => a - b);
  return replaced(pins, layer, after);
}

/** Take out all pins of a layer. */
export function withoutPins(pins: Pins, layer: PinnedLayer): Pins {
  return replaced(pins, layer, NONE);
}

function replaced(pins: Pins, layer: PinnedLayer, channels: readonly number[]): Pins {
  const all = new Map(pins);
  if (channels.length) all.set(owner(layer), channels);
  else all.delete(owner(layer));
  return all;
}

/** Write pins as an address has them: `conv1:2,7;fire6-squeeze1x1:13,46`. */
export function pinsText(pins: Pins): string {
  const escaped = (layer: string) => layer.replace(RESERVED, encodeURIComponent);
  return [...pins]
    .map(([layer, channels]) => `${escaped(layer)}:${channels.join(",")}`)
    .join(";");
}

/** Read pins; nothing where the text is junk. */
export function pinsIn(text: string): Pins | undefined {
  const pins = new Map<string, number[]>();
  for (const part of text ? text.split(";") : []) {
    const match = /^([^:]*):(\d{1,7}(?:,\d{1,7})*)$/.exec(part);
    const layer = match && unescaped(match[1]!);
    if (!match || layer === null || pins.has(layer)) return undefined;
    const channels = new Set(match[2]!.split(",").map(Number));
    pins.set(
      layer,
      [...channels].sort((a, b) => a - b),
    );
  }
  return pins;
}
