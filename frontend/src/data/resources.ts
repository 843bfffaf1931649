/** What the back end knows, each thing asked for once, when it is looked at. */

import { signal } from "@preact/signals";
import { decode, type Maps } from "../numbers/decode";
import { formOf } from "../numbers/map_form";
import { type Apart, apart } from "../numbers/run_measures";
import { allValues, shapedMaps } from "../numbers/shaped_maps";
import { during } from "../state/busy";
import {
  type Curve,
  fetchCurve,
  fetchHealth,
  fetchRecord,
  fetchRunOrder,
  fetchRuns,
  fetchScalar,
  fetchSteps,
  fetchValues,
  type Header,
  type Health,
  type Listing,
  type RecordAddress,
  type Run,
  type Series,
  type Tag,
  type TrainingScalar,
} from "./api";
import {
  type Answer,
  Answers,
  failed,
  known,
  Queue,
  ready,
  WAITING,
  whenReady,
} from "./queries";

/** Path of what is not a layer: the pictures that went in. */
export const INPUT = ":input";

const REQUESTS = 6;
/** Bytes of values, and numbers of statistics, that are kept. */
const CAPACITY = { values: 256 << 20, curves: 8 << 20, headers: 4096, distances: 65536 };
/** How many distances are measured at a time: each has the values of two records. */
const MEASURED = 2;

const queue = new Queue(REQUESTS);
const seriesOf = new Answers<Series>(queue);
const headers = new Answers<Header>(queue, CAPACITY.headers);
const values = new Answers<Maps>(queue, CAPACITY.values, (maps) => maps.values.byteLength);
const health = new Answers<Health>(queue);
const curves = new Answers<Curve>(queue, CAPACITY.curves, (curve) =>
  curve.statistics.mean.reduce((sum, list) => sum + 4 * (list?.length ?? 1), 0),
);
const scalars = new Answers<TrainingScalar>(queue);
const runOrders = new Answers<string[]>(queue);
const distances = new Answers<Apart>(new Queue(MEASURED), CAPACITY.distances);
const all = [seriesOf, headers, values, health, curves, scalars, runOrders, distances];

/** All runs. */
export const listing = signal<Answer<Listing>>(WAITING);

/** All runs, as far as they were listed. */
export function listedRuns(): readonly Run[] {
  return listing.value.state === "ready" ? listing.value.value.runs : [];
}

/** Looks for runs and steps again, and once more for what failed. */
export async function reload(): Promise<void> {
  const reason = await during(() => look(new AbortController().signal));
  if (reason !== null && !known(listing.peek())) listing.value = failed(reason);
  retry();
}

/** Asks once more for what failed. */
export function retry(): void {
  for (const answers of all) answers.retry();
}

/** Looks for runs and steps; what is known stays until there is news. Returns why it fails. */
export async function look(wanted: AbortSignal): Promise<string | null> {
  try {
    const value = await fetchRuns(wanted);
    if (JSON.stringify(value) !== JSON.stringify(known(listing.peek()))) {
      listing.value = ready(value);
    }
    return null;
  } catch (error) {
    return String((error as Error).message);
  }
}

/** The records of a tag, as they were when the runs were listed. */
export function stepsOf(run: string, tag: Tag): Answer<Series> {
  const key = JSON.stringify([run, tag.tag, tag.last_step, tag.last_wall_time]);
  return seriesOf.get(key, (wanted) => fetchSteps(run, tag.tag, wanted)).value;
}

/** The header of a record; what its maps see is said of tokens as they are folded. */
export function headerOf(address: RecordAddress): Answer<Header> {
  return headers.get(keyOf(address), async (wanted) =>
    withPatches(await fetchRecord(address, wanted)),
  ).value;
}

/** Tokens in rows and columns are where their patches are, whatever else they may see. */
function withPatches(header: Header): Header {
  const { layer, inputs } = header;
  const folded = inputs.some(({ shape }) => formOf(layer, shape).kind === "tokens");
  if (!folded) return header;
  return {
    ...header,
    layer: { ...layer, receptive_field: layer.token_grid?.patch ?? null },
  };
}

/** The values of one input of a record, as what they are: tokens are folded. */
export function mapsOf(address: RecordAddress, header: Header, input: number): Answer<Maps> {
  const inputHeader = header.inputs[input];
  if (!inputHeader) return failed("The record has no such input.");
  return values.get(`${keyOf(address)} ${input}`, async (wanted) =>
    shapedMaps(
      await decode(inputHeader.packed, await fetchValues(address, input, wanted)),
      formOf(header.layer, inputHeader.shape),
    ),
  ).value;
}

/** One input of a record. */
interface RecordInput {
  address: RecordAddress;
  header: Header;
  number: number;
}

/** How far the values of a record are from a reference; the values need not be kept for it. */
export function apartOf(reference: RecordInput, other: RecordInput): Answer<Apart> {
  const name = ({ address, number }: RecordInput) => `${keyOf(address)} ${number}`;
  const maps = ({ address, header, number }: RecordInput) =>
    whenReady(() => mapsOf(address, header, number));
  return distances.get(`${name(reference)} ${name(other)}`, async () => {
    const [a, b] = await Promise.all([maps(reference), maps(other)]);
    return apart(allValues(a), allValues(b));
  }).value;
}

/** The scalars of the layers of a run, as they were when the runs were listed. */
export function healthOf(run: Run): Answer<Health> {
  const key = JSON.stringify([run.run, latestIn(run)]);
  return health.get(key, (wanted) => fetchHealth(run.run, wanted)).value;
}

/** A scalar of the training of a run, as it was when the runs were listed; null: its loss. */
export function scalarOf(run: Run, name: string | null): Answer<TrainingScalar> {
  const key = JSON.stringify([run.run, latestIn(run), name]);
  return scalars.get(key, (wanted) => fetchScalar(run.run, name, wanted)).value;
}

/** When the last record of a run was written. */
function latestIn(run: Run): number {
  return Math.max(...run.tags.map((tag) => tag.last_wall_time ?? 0));
}

/** The statistics of each channel over the steps of a tag. */
export function curveOf(run: string, tag: Tag, input: number): Answer<Curve> {
  const key = JSON.stringify([run, tag.tag, tag.last_step, tag.last_wall_time, input]);
  return curves.get(key, (wanted) => fetchCurve(run, tag.tag, input, wanted)).value;
}

/** All runs of TensorBoard in the order of its colours, as they were when ours were listed. */
export function runOrderOf(runs: readonly Run[]): Answer<string[]> {
  const key = JSON.stringify(runs.map((run) => run.run));
  return runOrders.get(key, fetchRunOrder).value;
}

function keyOf(address: RecordAddress): string {
  return JSON.stringify([address.run, address.tag, address.step, address.wallTime]);
}
