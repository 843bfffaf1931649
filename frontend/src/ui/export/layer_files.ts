/** What the files of several views say of a layer, and how they hold its values. */

import type { ChosenLayer } from "../../data/pairs";
import type { LayerRecord, ShownRecord } from "../../data/records";
import type { Scaling } from "../../data/scaling";
import type { NamedArray } from "../../drawing/npy";
import type { Maps } from "../../numbers/decode";
import type { State } from "../../state/state";
import { activationName, kindOf, shapeOf } from "../parts/title";

export const NO_CHANNELS = "No channels are shown: search for others, or show silent ones.";

/** What is said below the title. */
export function layerFacts({ record, removed }: ChosenLayer): string[] {
  const what = removed ? `what ${activationName(removed.after.header.layer)} removed` : "";
  return [what, ...recordFacts(record), `input ${record.input.name}`];
}

/** What a record is of, but for its inputs. */
export function recordFacts({ header, run, address }: LayerRecord): string[] {
  return [...kindOf(header.layer), shapeOf(header), `run ${run.run}`, `step ${address.step}`];
}

/** The parts of the name of a file; those of several steps have no step. */
export function layerNameParts({ record, removed }: ChosenLayer): (string | number)[] {
  const { run, header, input, address } = record;
  const what = removed ? ["removed"] : [];
  return [run.run, header.layer.path, ...what, input.name, `step${address.step}`];
}

/** One scale for several steps is said to be so. */
export function overSteps(scaling: Scaling, count: number, { scale }: State): Scaling {
  const saysSo = ["steps", "runs", "fixed"].includes(scale.mode);
  if (count < 2 || saysSo) return scaling;
  return { ...scaling, words: `${scaling.words}; one scale for all steps` };
}

/** The values of channels, (H, W, C), their numbers, and what they are. */
export function layerArrays(
  { record, removed }: ChosenLayer,
  channels: readonly number[],
): NamedArray[] {
  const { maps, run, header, input, address } = record;
  return [
    mapsArray("activations", maps, channels),
    { name: "channels", values: channels },
    ...classTokens(maps, channels),
    { name: "step", values: address.step },
    { name: "run", values: run.run },
    { name: "layer", values: header.layer.path },
    { name: "input", values: input.name },
    { name: "values", values: removed ? "removed" : "logged" },
  ];
}

/** The class tokens of channels, (tokens, C), which are no part of their maps. */
function classTokens({ apart }: Maps, channels: readonly number[]): NamedArray[] {
  if (!apart) return [];
  const shape = [apart.width, channels.length];
  return [{ name: "class_tokens", values: channelsLast(apart, channels), shape }];
}

/** What a record is, as arrays whose names end alike. */
export function sourceArrays(record: ShownRecord, ending: string): NamedArray[] {
  const { run, header, input, address } = record;
  return [
    { name: `run_${ending}`, values: run.run },
    { name: `layer_${ending}`, values: header.layer.path },
    { name: `step_${ending}`, values: address.step },
    { name: `input_${ending}`, values: input.name },
  ];
}

/** Channels as an array, (H, W, C). */
export function mapsArray(name: string, maps: Maps, channels: readonly number[]): NamedArray {
  return {
    name,
    values: channelsLast(maps, channels),
    shape: [maps.height, maps.width, channels.length],
  };
}

/** The values of channels, place by place. */
export function channelsLast(
  { height, width, values }: Maps,
  channels: readonly number[],
): Float32Array {
  const places = height * width;
  const found = new Float32Array(places * channels.length);
  channels.forEach((channel, i) => {
    for (let place = 0; place < places; place++) {
      found[place * channels.length + i] = values[channel * places + place]!;
    }
  });
  return found;
}
