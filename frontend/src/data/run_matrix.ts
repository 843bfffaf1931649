/** Layers × runs: how far each run is from the one that is looked at, and what each has. */

import { whyNoDifference } from "../numbers/differences";
import { healthTable, type ScalarsAtStep } from "../numbers/health";
import {
  isDistance,
  type RunDistance,
  type RunMeasure,
  type RunStatistic,
  statisticAt,
  unionInOrder,
} from "../numbers/run_measures";
import type { Align } from "../numbers/steps";
import type { Health, InputHeader, Run, Tag } from "./api";
import { memoOn } from "./memo";
import { type Answer, andThen, failed, ready } from "./queries";
import { inputNames, type LayerRecord, recordIn } from "./records";
import { apartOf, healthOf } from "./resources";
import { layersOf } from "./runs";
import { alignedAddress } from "./step_alignment";

/** What the runs are compared with: a run at a step, and one of its inputs. */
export interface Reference {
  record: LayerRecord;
  input: string;
  align: Align;
}

/** A number of a layer in a run. */
export interface RunNumber {
  value: number;
  /** The step it is of. */
  step: number;
  /** How many values were left out of it. */
  leftOut: number;
}

/** Runs in TensorBoard's order; those that it does not name come last. */
export function inOrder(runs: readonly Run[], order: readonly string[]): Run[] {
  const places = new Map(order.map((run, i) => [run, i]));
  const place = ({ run }: Run) => places.get(run) ?? Infinity;
  return [...runs].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}

/** The layers of several runs, in the order of the models. */
export function layersOfAll(runs: readonly Run[]): string[] {
  return unionInOrder(runs.map((run) => layersOf(run).map(({ layer }) => layer)));
}

/**
 * The step of a run that belongs to what is looked at.
 *
 * It is found by one layer, since all layers of a step are logged together.
 */
export function stepIn(run: Run, { record, align }: Omit<Reference, "input">): Answer<number> {
  if (run.run === record.run.run) return ready(record.address.step);
  const tag = tagIn(run, record.tag.layer) ?? layersOf(run)[0];
  if (!tag) return failed(run.unreadable ?? "The run has no layers.");
  return andThen(alignedAddress(run, tag, record, align), ({ step }) => ready(step));
}

/** A number of a layer in a run, of what the runs are compared by. */
export function runNumber(
  run: Run,
  layer: string,
  measure: RunMeasure,
  reference: Reference,
): Answer<RunNumber> {
  return isDistance(measure)
    ? distanceIn(run, layer, measure, reference)
    : statisticIn(run, layer, measure, reference);
}

function distanceIn(
  run: Run,
  layer: string,
  distance: RunDistance,
  reference: Reference,
): Answer<RunNumber> {
  const { run: own, address } = reference.record;
  const [tagA, tagB] = [tagIn(own, layer), tagIn(run, layer)];
  if (!tagA || !tagB) return failed(lacks(tagA ? run : own, layer));
  if (run.run === own.run) return ready({ value: 0, step: address.step, leftOut: 0 });
  return andThen(stepIn(run, reference), (step) => {
    // Both before either is waited for, so that they are asked for at once.
    const [first, second] = [recordIn(own, tagA, address.step), recordIn(run, tagB, step)];
    return andThen(first, (a) =>
      andThen(second, (b) => {
        const [inputA, inputB] = [a, b].map((record) => inputIn(record, reference.input));
        if (!inputA || !inputB) {
          const lacking = inputA ? b : a;
          return failed(
            `Run “${lacking.run.run}” has no input “${reference.input}” at step ${lacking.address.step}.`,
          );
        }
        const reason = whyNoDifference(shapeOf(inputA.header), shapeOf(inputB.header));
        if (reason !== null) return failed(reason);
        return andThen(
          apartOf({ ...a, number: inputA.number }, { ...b, number: inputB.number }),
          (found) =>
            ready({ value: found[distance], step: b.address.step, leftOut: found.leftOut }),
        );
      }),
    );
  });
}

function shapeOf({ packed }: InputHeader) {
  const [height, width, channels] = packed.shape;
  return { height, width, channels };
}

function inputIn({ header }: LayerRecord, name: string) {
  const number = inputNames(header).indexOf(name);
  const found = header.inputs[number];
  return found && { number, header: found };
}

/** What each layer of a run has at each step, by layer; put together once. */
const rowsOf = memoOn((health: Health): ReadonlyMap<string, Map<number, ScalarsAtStep>> => {
  const layers = health.layers.map(({ layer }) => layer);
  const { scalars } = healthTable(layers, health.layers);
  return new Map(layers.map((layer, i) => [layer, scalars[i]!]));
});

function statisticIn(
  run: Run,
  layer: string,
  statistic: RunStatistic,
  reference: Reference,
): Answer<RunNumber> {
  if (!tagIn(run, layer)) return failed(lacks(run, layer));
  return andThen(stepIn(run, reference), (step) =>
    andThen(healthOf(run), (health) => {
      const found = statisticAt(rowsOf(health).get(layer), step, statistic);
      return found
        ? ready({ ...found, leftOut: 0 })
        : failed(`Run “${run.run}” has logged no such number of this layer.`);
    }),
  );
}

function tagIn(run: Run, layer: string): Tag | undefined {
  return run.tags.find((tag) => tag.layer === layer);
}

function lacks(run: Run, layer: string): string {
  return run.unreadable ?? `Run “${run.run}” has no layer “${layer}”.`;
}
