/** What small multiples show: which record is in which cell. */

import { finiteLimits, type Limits, NO_LIMITS, union } from "../numbers/limits";
import type { Align } from "../numbers/steps";
import type { ScaleChoice } from "../state/state";
import type { Header, Run } from "./api";
import { type Answer, andThen, failed, ready } from "./queries";
import { placeIn, type Record, type Shown } from "./records";
import { curveOf, headerOf, mapsOf } from "./resources";
import { centred, type Scaling, scalingOf } from "./scaling";
import { alignedPlace } from "./step_alignment";

/** One layer at one step of the reference. */
export interface Column {
  layer: string;
  step: number;
}

/** A feature map of a run that belongs to a column. */
export interface Multiple extends Shown {
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
  reference: Record,
  align: Align,
): Answer<Multiple> {
  const tag = run.tags.find((one) => one.layer === layer);
  if (!tag) return failed(run.unreadable ?? "The run has no such layer.");
  const moment = { ...reference, place: { ...reference.place, step } };
  const placed =
    run.run === reference.run.run
      ? placeIn(run, tag, step)
      : alignedPlace(run, tag, moment, align);
  return andThen(placed, (place) =>
    andThen(headerOf(place), (header) => {
      const number = header.inputs.findIndex((one) => one.name === input);
      const found = header.inputs[number];
      if (!found) return failed(`The record has no input “${input}”.`);
      const [, , channels] = found.packed.shape;
      if (channel >= channels) {
        return failed(`There is no channel ${channel}: the layer has ${channels}.`);
      }
      return andThen(mapsOf(place, header, number), (maps) =>
        ready({ run, tag, place, header, number, input: found, maps, channel }),
      );
    }),
  );
}

/** The channel with the largest value of an input over all steps; if unknown, at this one. */
export function strongestOf(record: Record, number: number): Answer<number> {
  const curve = curveOf(record.run.run, record.tag, number);
  if (curve.state === "waiting") return curve;
  const here = strongestIn(record.header, number);
  if (curve.state === "failed") return ready(here);
  let [best, most] = [here, -Infinity];
  for (const list of curve.value.statistics.maximum) {
    list?.forEach((value, channel) => {
      if (value !== null && value > most) [best, most] = [channel, value];
    });
  }
  return ready(best);
}

/** The channel with the largest value in a layer of a run at a step. */
export function strongestAt(run: Run, { layer, step }: Column, input: string): Answer<number> {
  const tag = run.tags.find((one) => one.layer === layer);
  if (!tag) return failed("The run has no such layer.");
  return andThen(placeIn(run, tag, step), (place) =>
    andThen(headerOf(place), (header) =>
      ready(
        strongestIn(
          header,
          Math.max(
            0,
            header.inputs.findIndex((one) => one.name === input),
          ),
        ),
      ),
    ),
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
    const own = finiteLimits(maps.values, channel * size, (channel + 1) * size);
    limits.set(key, union(limits.get(key) ?? null, own));
  }
  const words = apart
    ? "each column's own smallest to largest value of the cells in sight"
    : "smallest to largest value of the cells in sight";
  const value = (layer: string): Scaling => {
    const found = centred(limits.get(apart ? layer : "") ?? null, choice);
    return { limits: () => found, shared: !apart, words };
  };
  return ready(value);
}

/** A scale for each layer, of all its cells in all runs. */
function scalingOfEach(
  cells: readonly Multiple[],
  choice: ScaleChoice,
): Answer<(layer: string) => Scaling> {
  const found = new Map<string, Scaling>();
  for (const { tag } of cells) {
    if (found.has(tag.layer)) continue;
    const own = cells.filter((cell) => cell.tag.layer === tag.layer);
    const scaling = scalingOf(onceEach(own, choice), choice);
    if (scaling.state !== "ready") return scaling;
    const words =
      choice.mode === "layer" ? OF_EACH_LAYER : `each layer by itself: ${scaling.value.words}`;
    found.set(tag.layer, { ...scaling.value, shared: false, words });
  }
  // What is not there yet is not drawn either.
  const [first] = found.values();
  const none: Scaling = { limits: () => NO_LIMITS, shared: false, words: first?.words ?? "" };
  return ready((layer) => found.get(layer) ?? none);
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
