/** What the back end answers, as `tb_actviz/plugin/http_api.md` describes it. */

import { type Arguments, heldPage } from "../host/held_page";
import {
  checked,
  list,
  maybe,
  number,
  object,
  oneOf,
  orNull,
  type Shape,
  type Typed,
  table,
  text,
  tuple,
} from "./shapes";

const TAG = object({
  tag: text,
  layer: text,
  /** The layer that comes out of this pre-activation's activation function. */
  activation: maybe(orNull(text)),
  last_step: number,
  last_wall_time: orNull(number),
  unreadable: orNull(text),
});
/** A tag, which holds the records of one layer. */
export type Tag = Typed<typeof TAG>;

const RUN = object({ run: text, tags: list(TAG), unreadable: orNull(text) });
/** A run and its tags. */
export type Run = Typed<typeof RUN>;

const LISTING = object({ kept_at_most: orNull(number), runs: list(RUN) });
/** All runs; how many steps TensorBoard keeps of a tag, null for all or unknown. */
export type Listing = Typed<typeof LISTING>;

const STEP = object({ step: number, wall_time: orNull(number), unreadable: orNull(text) });
/** A record that was kept. */
export type Step = Typed<typeof STEP>;

const SERIES = object({ run: text, tag: text, logged: orNull(number), steps: list(STEP) });
/** The records of a tag that were kept; how many there were, null where that is unknown. */
export type Series = Typed<typeof SERIES>;

const CHANNEL_NUMBERS = list(orNull(number));
/** A number of each channel; null stands for what is not finite. */
export type ChannelNumbers = Typed<typeof CHANNEL_NUMBERS>;

/** Numbers of channels or of classes, and their scores. */
const SCORED = list(tuple(number, orNull(number)));

const INPUT_HEADER = object({
  name: text,
  shape: list(number),
  dtype: text,
  packed: object({
    precision: oneOf("float32", "float16", "uint8"),
    shape: tuple(number, number, number),
    exponent: number,
    low: orNull(CHANNEL_NUMBERS),
    high: orNull(CHANNEL_NUMBERS),
    levels: number,
  }),
  minimum: maybe(orNull(CHANNEL_NUMBERS)),
  maximum: maybe(orNull(CHANNEL_NUMBERS)),
  mean: maybe(orNull(CHANNEL_NUMBERS)),
  nan_count: list(number),
  inf_count: list(number),
  strongest: SCORED,
  predictions: SCORED,
  predicted: maybe(orNull(list(text))),
});
/** What a record says of one input. */
export type InputHeader = Typed<typeof INPUT_HEADER>;

const RECEPTIVE_FIELD = object({
  size: tuple(number, number),
  stride: tuple(number, number),
  start: tuple(number, number),
});

const HEADER = object({
  producer: text,
  step: number,
  position: table(number),
  layer: object({
    path: text,
    class_name: text,
    kind: oneOf("activation", "pre-activation", "input", "other"),
    partner: orNull(text),
    parameters: maybe(orNull(number)),
    receptive_field: maybe(orNull(RECEPTIVE_FIELD)),
    /** What rows, columns and channels count, where it is no picture. */
    axes: maybe(orNull(list(text))),
    token_grid: maybe(
      orNull(
        object({
          size: tuple(number, number),
          class_tokens: number,
          /** Which pixels of the input each patch is cut from. */
          patch: maybe(orNull(RECEPTIVE_FIELD)),
        }),
      ),
    ),
  }),
  preprocess: text,
  reduced: text,
  dead: list(number),
  inputs: list(INPUT_HEADER),
});
/** What a record says of itself. */
export type Header = Typed<typeof HEADER>;

const SCALAR = object({
  steps: list(number),
  values: CHANNEL_NUMBERS,
  /** Why there are no steps, if so. */
  unreadable: orNull(text),
});

const HEALTH = object({
  /** How many steps of each scalar are given at most. */
  given_at_most: number,
  layers: list(object({ layer: text, scalars: table(SCALAR) })),
});
/** Scalars of the layers of a run, over its steps. */
export type Health = Typed<typeof HEALTH>;

/** A list for each step, null where the record states no such numbers. */
const OVER_STEPS = list(orNull(CHANNEL_NUMBERS));

const CURVE = object({
  run: text,
  /** Names of all inputs of the last record that can be read. */
  inputs: list(text),
  steps: list(number),
  /** Epoch at each step, where the back end gives it. */
  epochs: maybe(list(orNull(number))),
  /** Which input has that number, for each step. */
  names: list(orNull(text)),
  /** Why a record says nothing, for each step. */
  unreadable: list(orNull(text)),
  statistics: object({
    maximum: OVER_STEPS,
    mean: OVER_STEPS,
    minimum: OVER_STEPS,
    zero_share: OVER_STEPS,
  }),
});
/** Statistics of each channel of one input, for each step that was kept. */
export type Curve = Typed<typeof CURVE>;

const TRAINING_SCALAR = object({
  run: text,
  /** All scalars of the training. */
  names: list(text),
  /** The one that is given; null where there is no loss. */
  name: orNull(text),
  /** How many steps are given at most. */
  given_at_most: number,
  steps: list(number),
  wall_times: list(orNull(number)),
  values: CHANNEL_NUMBERS,
  /** Why there are no steps, if so. */
  unreadable: orNull(text),
});
/** A scalar of the training that a run belongs to, such as its loss. */
export type TrainingScalar = Typed<typeof TRAINING_SCALAR>;

/** Names one record for good. */
export interface RecordAddress {
  run: string;
  tag: string;
  step: number;
  wallTime: number | null;
}

/** An answer that is an error; the message is for people. */
class RefusedError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "RefusedError";
  }
}

/** Names a route relative to the page, so that it is found behind any prefix. */
function route(name: string, given: Arguments = {}): string {
  const pairs = Object.entries(given)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
  return pairs.length ? `./${name}?${pairs.join("&")}` : `./${name}`;
}

async function ask(name: string, given: Arguments, signal: AbortSignal): Promise<Response> {
  const response = heldPage
    ? await heldPage.answer(name, given, signal)
    : await fetch(route(name, given), { signal });
  if (!response.ok) {
    const words = (await response.text()).slice(0, 400).trim();
    throw new RefusedError(response.status, words || `TensorBoard answers ${response.status}.`);
  }
  return response;
}

/** Asks for JSON, and checks that it has a shape. */
async function askJson<T>(
  name: string,
  shape: Shape<T>,
  given: Arguments,
  signal: AbortSignal,
): Promise<T> {
  return checked(name, await (await ask(name, given, signal)).json(), shape);
}

function addressArguments(address: RecordAddress): Arguments {
  const { run, tag, step, wallTime } = address;
  return { run, tag, step, wall_time: wallTime };
}

/** Asks for all runs. */
export function fetchRuns(signal: AbortSignal): Promise<Listing> {
  return askJson("runs", LISTING, {}, signal);
}

/** Asks for the records of a tag. */
export function fetchSteps(run: string, tag: string, signal: AbortSignal): Promise<Series> {
  return askJson("steps", SERIES, { run, tag }, signal);
}

/** Asks for the header of a record. */
export function fetchRecord(address: RecordAddress, signal: AbortSignal): Promise<Header> {
  return askJson("record", HEADER, addressArguments(address), signal);
}

/** Asks for the values of one input of a record, still deflated. */
export async function fetchValues(
  address: RecordAddress,
  input: number,
  signal: AbortSignal,
): Promise<Blob> {
  return (await ask("values", { ...addressArguments(address), input }, signal)).blob();
}

/** Asks for the scalars of the layers of a run. */
export function fetchHealth(run: string, signal: AbortSignal): Promise<Health> {
  return askJson("health", HEALTH, { run }, signal);
}

/** Asks for the statistics of each channel over the steps of a tag. */
export function fetchCurve(
  run: string,
  tag: string,
  input: number,
  signal: AbortSignal,
): Promise<Curve> {
  return askJson("curve", CURVE, { run, tag, input }, signal);
}

/** Asks for a scalar of the training of a run; null for its loss. */
export function fetchScalar(
  run: string,
  name: string | null,
  signal: AbortSignal,
): Promise<TrainingScalar> {
  return askJson("scalar", TRAINING_SCALAR, { run, name }, signal);
}

/** Asks TensorBoard for all of its runs, in the order that it gives them colours in. */
export function fetchRunOrder(signal: AbortSignal): Promise<string[]> {
  return askJson("../../runs", list(text), {}, signal);
}

/** Asks where TensorBoard reads from, as it was given that; null where it does not tell. */
export async function fetchLogDir(signal: AbortSignal): Promise<string | null> {
  const place = object({ data_location: text });
  const { data_location: folder } = await askJson("../../environment", place, {}, signal);
  return folder || null;
}
