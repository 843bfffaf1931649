/** What small multiples show: which record is in which cell. */

import { finiteLimits, type Limits, NO_LIMITS, union } from "../numbers/limits";
import type { Align } from "../numbers/steps";
import type { ScaleChoice } from "../state/state";
import type { Header, Run } from "./api";
import { type Answer, andThen, failed, ready } from "./queries";
import {
  addressIn,
  inputNames,
  inputNumber,
  type LayerRecord,
  recordAt,
  recordIn,
  type ShownRecord,
} from "./records";
import { curveOf, mapsOf } from "./resources";
import { centred, type Scaling, scalingOf } from "./scaling";
import { alignedAddress } from "./step_alignment";

/** One layer at one step of the reference. */
export interface Column {
  layer: string;
  step: number;
}

/** A feature map of a run that belongs to a column. */
export interface Multiple extends ShownRecord {
  channel: number;
}

const OF_ALL_CHANNELS = "smallest to largest value of all channels of the cells in sight";
const OF_EACH_LAYER =
  "each layer's smallest to largest value, of all its channels of the cells in sight";

/** The map of a run in a column, for the input of that name; else why there is none. */
export function multipleOf(
  run: Run,
  { layer, step }: Column,
  channel: number,
  input: string,
  reference: LayerRecord,
  align: Align,
): Answer<Multiple> {
  const tag = run.tags.find((one) => one.layer === layer);
  if (!tag) return failed(run.unreadable ?? "The run has no such layer.");
  const referenceAtStep = { ...reference, address: { ...reference.address, step } };
  const address =
    run.run === reference.run.run
      ? addressIn(run, tag, step)
      : alignedAddress(run, tag, referenceAtStep, align);
  const record = andThen(address, (found) => recordAt(run, tag, found));
  return andThen(record, ({ address, header }) => {
    const number = inputNames(header).indexOf(input);
    const inputHeader = header.inputs[number];
    if (!inputHeader) return failed(`The record has no input “${input}”.`);
    const [, , channels] = inputHeader.packed.shape;
    if (channel >= channels) {
      return failed(`There is no channel ${channel}: the layer has ${channels}.`);
    }
    return andThen(mapsOf(address, header, number), (maps) =>
      ready({ run, tag, address, header, number, input: inputHeader, maps, channel }),
    );
  });
}

/** A channel, and whether it is the strongest over all steps or only known to be at one. */
export interface StrongestChannel {
  channel: number;
  ofAllSteps: boolean;
}

/** The channel with the largest value of an input over all steps; if unknown, at this one. */
export function strongestOf(record: LayerRecord, number: number): Answer<StrongestChannel> {
  const curve = curveOf(record.run.run, record.tag, number);
  if (curve.state === "waiting") return curve;
  const here = strongestIn(record.header, number);
  if (curve.state === "failed") return ready({ channel: here, ofAllSteps: false });
  let [best, most] = [here, -Infinity];
  for (const list of curve.value.statistics.maximum) {
    list?.forEach((value, channel) => {
      if (value !== null && value > most) [best, most] = [channel, value];
    });
  }
  return ready({ channel: best, ofAllSteps: true });
}

/** The channel with the largest value in a layer of a run at a step. */
export function strongestAt(run: Run, { layer, step }: Column, input: string): Answer<number> {
  const tag = run.tags.find((one) => one.layer === layer);
  if (!tag) return failed("The run has no such layer.");
  return andThen(recordIn(run, tag, step), ({ header }) =>
    ready(strongestIn(header, inputNumber(header, input))),
  );
}

function strongestIn(header: Header, number: number): number {
  return header.inputs[number]?.strongest[0]?.[0] ?? 0;
}

/**
 * One scale for all cells, as it was chosen. If the columns show different layers
 * (`apart`), those of each column have their own, unless the ends were fixed: values of
 * one layer say nothing of those of another.
 */
export function multiplesScaling(
  cells: readonly Multiple[],
  choice: ScaleChoice,
  apart: boolean,
): Answer<(layer: string) => Scaling> {
  if (apart && choice.mode !== "channel" && choice.mode !== "fixed") {
    return scalingOfEach(cells, choice);
  }
  if (choice.mode !== "channel") {
    return andThen(scalingOf(onceEach(cells, choice), choice), (scaling) => {
      const words = choice.mode === "layer" ? OF_ALL_CHANNELS : scaling.words;
      return ready(() => ({ ...scaling, words }));
    });
  }
  const limits = new Map<string, Limits | null>();
  for (const { maps, channel, tag } of cells) {
    const key = apart ? tag.layer : "";
    const size = maps.height * maps.width;
    const limitsOfCell = finiteLimits(maps.values, channel * size, (channel + 1) * size);
    limits.set(key, union(limits.get(key) ?? null, limitsOfCell));
  }
  const words = apart
    ? "each column's own smallest to largest value of the cells in sight"
    : "smallest to largest value of the cells in sight";
  return ready((layer) => {
    const limitsOfLayer = centred(limits.get(apart ? layer : "") ?? null, choice);
    return { limits: () => limitsOfLayer, shared: !apart, words };
  });
}

/** A scale for each layer, of all its cells in all runs. */
function scalingOfEach(
  cells: readonly Multiple[],
  choice: ScaleChoice,
): Answer<(layer: string) => Scaling> {
  const scalings = new Map<string, Scaling>();
  for (const { tag } of cells) {
    if (scalings.has(tag.layer)) continue;
    const cellsOfLayer = cells.filter((cell) => cell.tag.layer === tag.layer);
    const scaling = scalingOf(onceEach(cellsOfLayer, choice), choice);
    if (scaling.state !== "ready") return scaling;
    const words =
      choice.mode === "layer" ? OF_EACH_LAYER : `each layer by itself: ${scaling.value.words}`;
    scalings.set(tag.layer, { ...scaling.value, shared: false, words });
  }
  // What is not there yet is not drawn either.
  const [first] = scalings.values();
  const none: Scaling = { limits: () => NO_LIMITS, shared: false, words: first?.words ?? "" };
  return ready((layer) => scalings.get(layer) ?? none);
}

/** What is over all steps or runs need not be looked for again for each of them. */
function onceEach(cells: readonly Multiple[], { mode }: ScaleChoice): Multiple[] {
  if (mode !== "steps" && mode !== "runs") return [...cells];
  const seen = new Map<string, Multiple>();
  for (const cell of cells) {
    seen.set(mode === "runs" ? cell.tag.tag : `${cell.run.run}\n${cell.tag.tag}`, cell);
  }
  return [...seen.values()];
}
