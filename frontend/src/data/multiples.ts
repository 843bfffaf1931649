/** What small multiples show: which record is in which cell. */

import type { Maps } from "../numbers/decode";
import { channelLimits, type Limits, NO_LIMITS, union } from "../numbers/limits";
import { tooLittle } from "../numbers/scale_use";
import type { Align } from "../numbers/steps";
import type { CellShare, MultiplesRows, ScaleChoice } from "../state/state";
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
import type { LeastUser } from "./scale_fit";
import { centred, type Scaling, scalingOf } from "./scaling";
import { alignedAddress } from "./step_alignment";

/** One layer at one step of the reference. */
export interface Column {
  layer: string;
  step: number;
}

/** What all columns of a row show. */
export interface Row {
  /** What tells it from the other rows. */
  name: string;
  run: Run;
  input: string;
  /** null for that of each column. */
  channel: number | null;
  /** Why none of its columns shows anything, where that is known. */
  missing: string | null;
}

/** What rows are made of. */
export interface RowSources {
  runs: readonly Run[];
  /** What is looked at. */
  record: LayerRecord;
  input: string;
  channel: number;
  /** The channels of its layer that are pinned. */
  pinned: readonly number[];
}

/** The rows: runs; or of the run that is looked at its inputs, or its pinned channels. */
export function rowsOf(
  kind: MultiplesRows,
  columns: readonly Column[],
  { runs, record, input, channel, pinned }: RowSources,
): Row[] {
  const own = { run: record.run, input, channel: null, missing: null };
  if (kind === "inputs") {
    return inputNames(record.header).map((name) => ({ ...own, name, input: name }));
  }
  if (kind === "channels") {
    const channels = pinned.length ? pinned : [channel];
    return channels.map((one) => ({ ...own, name: `channel ${one}`, channel: one }));
  }
  const layers = new Set(columns.map(({ layer }) => layer));
  return runs.map((run) => {
    const has = run.tags.some(({ layer }) => layers.has(layer));
    return { ...own, name: run.run, run, missing: has ? null : noLayer(run) };
  });
}

function noLayer(run: Run): string {
  return run.unreadable ?? "The run has no such layer.";
}

/** A feature map of a run that belongs to a column. */
export interface Multiple extends ShownRecord {
  channel: number;
}

const OF_CELLS = "smallest to largest value of the cells shown";
const OF_ALL_CHANNELS = "smallest to largest value of all channels of the cells shown";

/** Small multiples, cell by cell; each is only asked for where it is wanted. */
export interface MultiplesTable {
  columns: readonly string[];
  rows: readonly MultiplesRow[];
  /** What the columns and the rows are. */
  kind: "steps" | "layers";
  rowKind: MultiplesRows;
}

/**
 * A row, and what its cells show; where the columns are layers, of another step as well.
 *
 * It holds questions: an answer that is kept would stay as it was when it was asked for.
 */
interface MultiplesRow {
  name: string;
  /** What is beside its name: the input that the row is of. */
  picture: () => Answer<Maps | null>;
  cells: readonly ((step?: number) => Answer<Multiple>)[];
}

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
  if (!tag) return failed(noLayer(run));
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

/** How the cells of small multiples are scaled. */
export interface MultiplesScaling {
  of: (cell: Multiple) => Scaling;
  /** Which cells share a scale, and which would if nothing else were chosen. */
  shares: Share;
  automatic: Share;
  /** The row that uses least of a common scale, if that is too little. */
  least: LeastUser | null;
}

type Share = Exclude<CellShare, "auto">;

/**
 * The scales of all cells, as they were chosen.
 *
 * By itself one is common to all cells of a channel, but where a run would use too little of
 * it each row has its own. If the columns show different layers (`apart`), nothing is common
 * to several of them, unless the ends are fixed: values of one say nothing of another.
 */
export function multiplesScaling(
  cells: readonly Multiple[],
  choice: ScaleChoice,
  chosen: CellShare,
  apart: boolean,
  rows: MultiplesRows = "runs",
): Answer<MultiplesScaling> {
  if (choice.mode === "fixed") return fixedFor(cells, choice);
  return andThen(groupedScaling(cells, choice, "common", apart), (of) => {
    const least = leastUsed(cells, of, rows);
    const automatic: Share = least ? (apart ? "cell" : "row") : "common";
    const wanted = chosen === "auto" ? automatic : chosen;
    const common = ready<MultiplesScaling>({ of, shares: wanted, automatic, least });
    if (wanted === "common") return common;
    const shares = apart ? "cell" : wanted;
    return andThen(groupedScaling(cells, choice, shares, apart), (own) =>
      ready({ of: own, shares, automatic, least }),
    );
  });
}

function fixedFor(cells: readonly Multiple[], choice: ScaleChoice): Answer<MultiplesScaling> {
  return andThen(scalingOf(cells, choice), (scaling) =>
    ready({ of: () => scaling, shares: "common", automatic: "common", least: null }),
  );
}

const WHOSE: { [share in Share]: string } = {
  common: "each layer",
  row: "each row",
  cell: "each cell",
};

/** A scale for each group of cells. */
function groupedScaling(
  cells: readonly Multiple[],
  choice: ScaleChoice,
  share: Share,
  apart: boolean,
): Answer<(cell: Multiple) => Scaling> {
  const keyOf = (cell: Multiple) =>
    JSON.stringify([
      apart && cell.tag.layer,
      share !== "common" && rowOf(cell),
      share === "cell" && cell.address.step,
    ]);
  const groups = new Map<string, Multiple[]>();
  for (const cell of cells) {
    const key = keyOf(cell);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  const several = apart || share !== "common";
  const scalings = new Map<string, Scaling>();
  for (const [key, group] of groups) {
    const scaling = scalingOfGroup(group, choice);
    if (scaling.state !== "ready") return scaling;
    const words = several
      ? `${WHOSE[share]} by itself: ${scaling.value.words}`
      : scaling.value.words;
    scalings.set(key, { ...scaling.value, shared: !several, words });
  }
  // What is not there yet is not drawn either.
  const none: Scaling = { limits: () => NO_LIMITS, shared: !several, words: "" };
  return ready((cell) => scalings.get(keyOf(cell)) ?? none);
}

/** One scale for several cells: of the channels that are shown, or of their whole layers. */
function scalingOfGroup(cells: readonly Multiple[], choice: ScaleChoice): Answer<Scaling> {
  if (choice.mode === "auto" || choice.mode === "channel") {
    const limits = centred(
      cells.reduce<Limits | null>(
        (sum, cell) => union(sum, channelLimits(cell.maps, cell.channel)),
        null,
      ),
      choice,
    );
    return ready({ limits: () => limits, shared: true, words: OF_CELLS });
  }
  return andThen(scalingOf(onceEach(cells, choice), choice), (scaling) => {
    const words = choice.mode === "layer" ? OF_ALL_CHANNELS : scaling.words;
    return ready({ ...scaling, words });
  });
}

/** What tells the rows of cells of one layer apart. */
const rowOf = ({ run, number, channel }: Multiple) => [run.run, number, channel];

const NAME_OF_ROW: { [rows in MultiplesRows]: (cell: Multiple) => string } = {
  runs: ({ run }) => `run ${run.run}`,
  inputs: ({ input }) => `input ${input.name}`,
  channels: ({ channel }) => `channel ${channel}`,
};

/** The row whose cells use least of a scale, if that is too little. */
function leastUsed(
  cells: readonly Multiple[],
  of: (cell: Multiple) => Scaling,
  kind: MultiplesRows,
): LeastUser | null {
  const rows = new Map<string, { scale: Limits; seen: Limits | null; who: string }>();
  for (const cell of cells) {
    const key = JSON.stringify([rowOf(cell), cell.tag.layer]);
    const before = rows.get(key)?.seen ?? null;
    const seen = union(before, channelLimits(cell.maps, cell.channel));
    rows.set(key, { scale: of(cell).limits(cell.channel), seen, who: NAME_OF_ROW[kind](cell) });
  }
  const uses = [...rows.values()].flatMap(({ scale, seen, who }) => {
    const little = tooLittle(scale, [seen]);
    return little ? [{ who, share: little.share }] : [];
  });
  return uses.sort((a, b) => a.share - b.share)[0] ?? null;
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
