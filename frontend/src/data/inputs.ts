/** One layer at one step for all of its inputs, and what each input is taken for. */

import type { Maps } from "../numbers/decode";
import { CHANGE, changeOf } from "../numbers/differences";
import { type Limits, symmetric, union } from "../numbers/limits";
import { order, parseSearch, type Search } from "../numbers/order";
import type { State } from "../state/state";
import type { InputHeader } from "./api";
import { type ChosenLayer, chosenLayer } from "./pairs";
import { type Answer, allOf, andThen, ready } from "./queries";
import {
  inputNames,
  inputNumber,
  type LayerRecord,
  type ShownRecord,
  withValues,
} from "./records";
import { limitsOf, type Scaling, scalingOf } from "./scaling";

/** How many inputs are shown beside each other. */
export const MOST_INPUTS = 24;

/** The names of the two inputs that are compared; null where there is only one. */
export function pairOf(
  { header }: Pick<LayerRecord, "header">,
  a: string | null,
  b: string | null,
): [string, string] | null {
  const names = inputNames(header);
  const first = names[inputNumber(header, a)];
  const second = names.find((name) => name === b && name !== first);
  const other = second ?? names.find((name) => name !== first);
  return first === undefined || other === undefined ? null : [first, other];
}

/** The inputs to show, in the order of the record: those compared, and the first others. */
function columnsOf({ header }: Pick<LayerRecord, "header">, pair: readonly string[]): string[] {
  const names = inputNames(header);
  const others = names.filter((name) => !pair.includes(name));
  const wanted = new Set([...pair, ...others.slice(0, MOST_INPUTS - pair.length)]);
  return names.filter((name) => wanted.has(name));
}

/** Inputs beside each other. */
export interface ComparedInputs {
  record: LayerRecord;
  /** All inputs that are shown, and which two of them are compared: -1 for none. */
  all: ShownRecord[];
  pair: readonly [number, number];
}

/** The inputs that are shown of a record, with their values. */
export function inputsOf(record: LayerRecord, chosen: State): Answer<ComparedInputs> {
  const pair = pairOf(record, chosen.a.input, chosen.b.input);
  if (!pair) return ready({ record, all: [], pair: [0, -1] });
  const names = columnsOf(record, pair);
  return andThen(eachInput(record, names), (all) =>
    ready({ record, all, pair: [names.indexOf(pair[0]), names.indexOf(pair[1])] }),
  );
}

/** A layer, and of units what they are for other inputs. */
interface LayerWithOthers extends ChosenLayer {
  others: ShownRecord[];
  /** Why there are none of the others. */
  reason: string | null;
}

/** What a view draws of a layer, and the scale of just that. */
export type DrawnLayer = LayerWithOthers & { scaling: Scaling };

/** So many inputs have a bar of each unit; more could not be told apart. */
const MOST_BARS = 8;

/** A layer, with the values of other inputs where units are drawn as bars. */
function withOthers(layer: ChosenLayer): Answer<LayerWithOthers> {
  const { record, removed } = layer;
  const alone = { ...layer, others: [], reason: null };
  if (record.maps.form?.kind !== "units" || removed) return ready(alone);
  const names = inputNames(record.header).filter((_, i) => i !== record.number);
  const others = eachInput(record, names.slice(0, MOST_BARS - 1));
  if (others.state === "failed") return ready({ ...alone, reason: others.reason });
  return andThen(others, (values) => ready({ ...alone, others: values }));
}

/** What is looked at, with its scale, so that both are always of the same layer. */
export function drawnLayer(chosen: State): Answer<DrawnLayer> {
  return andThen(andThen(chosenLayer(chosen), withOthers), (layer) =>
    andThen(scalingOf([layer.record, ...layer.others], chosen.scale), (scaling) =>
      ready({ ...layer, scaling }),
    ),
  );
}

/** The channels shown, those first that respond most differently, and what was searched. */
export function rankingOf(
  scores: Float64Array,
  chosen: State,
): { channels: number[]; search: Search } {
  const search = parseSearch(chosen.search, scores.length);
  const channels = order(scores.length, scores, {
    descending: true,
    hidden: new Set(),
    only: chosen.search.trim() ? search.channels : null,
    pinned: [],
  });
  return { channels, search };
}

/** The scale of differences: zero in the middle, one for all channels. */
export function differenceScaling(...between: readonly Maps[]): Scaling {
  const limits = symmetric(
    between.map(limitsOf).reduce<Limits | null>(union, null) ?? { low: 0, high: 0 },
  );
  return { limits: () => limits, shared: true, words: `${CHANGE}, one scale for all channels` };
}

/** The values for each of some inputs, or why the first that fails does. */
function eachInput(record: LayerRecord, names: readonly string[]): Answer<ShownRecord[]> {
  // All are asked for at once, before any of them is waited for.
  return allOf(names.map((name) => withValues(record, name)));
}

type Predicted = Pick<InputHeader, "predictions" | "predicted">;

/** A class, with what each input scores for it. */
export interface PredictedClass {
  number: number;
  name: string;
  /** By input; null where it was not finite, undefined where it was not logged. */
  scores: (number | null | undefined)[];
  /** From A to B; null where one of the two is not known. */
  change: number | null;
}

/** The classes that A or B scores most for, those with the largest score first. */
export function classesOf(
  inputs: readonly Predicted[],
  [a, b]: readonly [number, number],
  most: number,
): PredictedClass[] {
  const best = new Map<number, number>();
  for (const { predictions } of [inputs[a], inputs[b]].filter((input) => input !== undefined)) {
    for (const [number, score] of predictions) {
      best.set(number, Math.max(best.get(number) ?? -Infinity, score ?? -Infinity));
    }
  }
  const numbers = [...best].sort(([, first], [, second]) => compare(second, first));
  return numbers.slice(0, most).map(([number]) => {
    const scores = inputs.map((input) => scoreOf(input, number));
    const [from, to] = [scores[a] ?? null, scores[b] ?? null];
    return {
      number,
      name: inputs.map((input) => nameOf(input, number)).find(Boolean) ?? `class ${number}`,
      scores,
      change: from === null || to === null ? null : changeOf(from, to),
    };
  });
}

/** Compared, not subtracted: two that are not finite would give NaN. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function scoreOf({ predictions }: Predicted, wanted: number): number | null | undefined {
  return predictions.find(([number]) => number === wanted)?.[1];
}

function nameOf({ predictions, predicted }: Predicted, wanted: number): string | undefined {
  return predicted?.[predictions.findIndex(([number]) => number === wanted)];
}
