/** What the back end answers, as `tb_actviz/plugin/http_api.md` describes it. */

import type { Packed } from "../numbers/decode";
import type { Statistic } from "../numbers/matrix";
import type { ReceptiveField } from "../numbers/receptive_field";

/** A tag, which holds the records of one layer. */
export interface Tag {
  tag: string;
  layer: string;
  last_step: number;
  last_wall_time: number | null;
  unreadable: string | null;
}

/** A run and its tags. */
export interface Run {
  run: string;
  tags: Tag[];
  unreadable: string | null;
}

/** All runs; how many steps TensorBoard keeps of a tag, null for all or unknown. */
export interface Listing {
  kept_at_most: number | null;
  runs: Run[];
}

/** A record that was kept. */
export interface Step {
  step: number;
  wall_time: number | null;
  inputs: number;
  unreadable: string | null;
}

/** The records of a tag that were kept; how many there were, null where that is unknown. */
export interface Series {
  run: string;
  tag: string;
  logged: number | null;
  steps: Step[];
}

/** A number of each channel; null stands for what is not finite. */
export type ChannelNumbers = (number | null)[];

/** What a record says of one input. */
export interface InputHeader {
  name: string;
  shape: number[];
  dtype: string;
  packed: Packed;
  minimum: ChannelNumbers;
  maximum: ChannelNumbers;
  mean: ChannelNumbers;
  zero_share: ChannelNumbers;
  nan_count: number[];
  inf_count: number[];
  strongest: [number, number | null][];
  predictions: [number, number | null][];
  predicted?: string[];
}

/** What a record says of itself. */
export interface Header {
  schema: number;
  producer: string;
  step: number;
  position: Record<string, number>;
  layer: {
    path: string;
    class_name: string;
    kind: "activation" | "pre-activation" | "input" | "other";
    partner: string | null;
    parameters?: number | null;
    receptive_field?: ReceptiveField | null;
  };
  preprocess: string;
  reduced: string;
  dead: number[];
  inputs: InputHeader[];
}

/** What was logged of a layer under one name. */
interface Scalar {
  steps: number[];
  values: ChannelNumbers;
  /** Why there are no steps, if so. */
  unreadable: string | null;
}

/** Scalars of the layers of a run, over its steps. */
export interface Health {
  run: string;
  /** How many steps of each scalar are given at most. */
  given_at_most: number;
  layers: { layer: string; scalars: Record<string, Scalar> }[];
}

/** Statistics of each channel of one input, for each step that was kept. */
export interface Curve {
  run: string;
  tag: string;
  input: number;
  /** Names of all inputs of the last record that can be read. */
  inputs: string[];
  steps: number[];
  wall_times: (number | null)[];
  /** Epoch at each step, where the back end gives it. */
  epochs?: (number | null)[];
  /** Which input has that number, for each step. */
  names: (string | null)[];
  /** Why a record says nothing, for each step. */
  unreadable: (string | null)[];
  /** A list for each step, null where the record states no such numbers. */
  statistics: Record<Statistic, (ChannelNumbers | null)[]>;
}

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

type Arguments = Record<string, string | number | null>;

/** Names a route relative to the page, so that it is found behind any prefix. */
function route(name: string, given: Arguments = {}): string {
  const pairs = Object.entries(given)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
  return pairs.length ? `./${name}?${pairs.join("&")}` : `./${name}`;
}

async function ask(name: string, given: Arguments, signal: AbortSignal): Promise<Response> {
  const response = await fetch(route(name, given), { signal });
  if (!response.ok) {
    const words = (await response.text()).slice(0, 400).trim();
    throw new RefusedError(response.status, words || `TensorBoard answers ${response.status}.`);
  }
  return response;
}

async function askJson<T>(name: string, given: Arguments, signal: AbortSignal): Promise<T> {
  return (await (await ask(name, given, signal)).json()) as T;
}

function addressArguments(address: RecordAddress): Arguments {
  const { run, tag, step, wallTime } = address;
  return { run, tag, step, wall_time: wallTime };
}

/** Asks for all runs. */
export function fetchRuns(signal: AbortSignal): Promise<Listing> {
  return askJson("runs", {}, signal);
}

/** Asks for the records of a tag. */
export function fetchSteps(run: string, tag: string, signal: AbortSignal): Promise<Series> {
  return askJson("steps", { run, tag }, signal);
}

/** Asks for the header of a record. */
export function fetchRecord(address: RecordAddress, signal: AbortSignal): Promise<Header> {
  return askJson("record", addressArguments(address), signal);
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
  return askJson("health", { run }, signal);
}

/** Asks for the statistics of each channel over the steps of a tag. */
export function fetchCurve(
  run: string,
  tag: string,
  input: number,
  signal: AbortSignal,
): Promise<Curve> {
  return askJson("curve", { run, tag, input }, signal);
}

/** Asks TensorBoard for all of its runs, in the order that it gives them colours in. */
export function fetchRunOrder(signal: AbortSignal): Promise<string[]> {
  return askJson("../../runs", {}, signal);
}
