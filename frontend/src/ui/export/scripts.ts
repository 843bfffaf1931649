/** What the view shows, as Python that draws it anew. */

import { channelIn } from "../../data/channels";
import {
  channelsOf,
  differenceOf,
  orderingOfSides,
  orderOfB,
  planeDifference,
  scalingOfDifference,
  scalingOfSides,
} from "../../data/comparison";
import { keptRows, naturalLimits, numbersOf, rowOrdering } from "../../data/heat_map";
import { differenceScaling, inputsOf, rankingOf } from "../../data/inputs";
import { orderingOfLayer } from "../../data/layer_order";
import {
  type Multiple,
  type MultiplesScaling,
  type MultiplesTable,
  multiplesScaling,
} from "../../data/multiples";
import { orderWords } from "../../data/order_words";
import { type ChosenLayer, chosenLayer } from "../../data/pairs";
import { type Answer, andThen, ready, WAITING, whenReady } from "../../data/queries";
import {
  chosenRecord,
  inputNames,
  pictureOf,
  picturesOf,
  present,
  type ShownRecord,
  shownRecord,
} from "../../data/records";
import { curveOf } from "../../data/resources";
import { stepIn } from "../../data/run_matrix";
import { runTable } from "../../data/run_table";
import { logDirOf } from "../../data/runs";
import { scalingOfChannel } from "../../data/scale_fit";
import { matrixScaling, type Scaling, scalingOf } from "../../data/scaling";
import { shownSides } from "../../data/sides";
import { channelScript, type UnderlyingInput } from "../../export_python/channel";
import { compareScript } from "../../export_python/compare";
import { gridScript, type ScriptedLayer } from "../../export_python/grid";
import { inputsScript } from "../../export_python/inputs";
import {
  multiplesScript,
  type OwnLimits,
  type Part,
  type ScriptedCell,
} from "../../export_python/multiples";
import { runsScript } from "../../export_python/runs";
import {
  LARGE,
  type LogDir,
  type Script,
  type ScriptColours,
  type Source,
} from "../../export_python/script";
import { trainingScript } from "../../export_python/training";
import { sameShape } from "../../numbers/decode";
import { changeBetween, responses } from "../../numbers/differences";
import { formOf, liesOnPicture } from "../../numbers/map_form";
import { curveMatrix, matrixLayout } from "../../numbers/matrix";
import { align, zoomedRegion } from "../../numbers/receptive_field";
import type { Distances } from "../../numbers/statistics";
import { type MultiplesRows, rowsShown, type State, type View } from "../../state/state";
import { state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { overlayPaint } from "../pictures/overlay";
import { haveBothSigns, type Paint, paintOf } from "../pictures/paint";
import { sheetLayout } from "./sheet_layout";

/** Sides of a cell of a heat map, and of all of it. */
const CELLS = { width: [4, 48], height: [4, 24], gap: 0 } as const;
const [WIDE, HIGH] = [960, 640];

const SCRIPTS: { [view in View]: (logDir: LogDir) => Promise<Script> } = {
  grid,
  channel,
  compare,
  multiples,
  inputs,
  training,
  runs,
};

/** Python for the view that is shown. */
export async function pythonOf(): Promise<Script> {
  return SCRIPTS[state.value.view](await logDirOf());
}

/** The layer that is shown, and how it is coloured. */
async function layer(
  logDir: LogDir,
): Promise<ScriptedLayer & ChosenLayer & { scaling: Scaling }> {
  const chosen = await whenReady(() => chosenLayer(state.value));
  const { record, removed } = chosen;
  const scaling = await whenReady(() => scalingOf([record], state.value.scale));
  const source = sourceOf(removed?.before ?? record);
  const after = removed && sourceOf(removed.after);
  const colours = coloursOf(scaling, state.value);
  return { ...chosen, scaling, logDir, source, after, colours };
}

async function grid(logDir: LogDir): Promise<Script> {
  const chosen = await layer(logDir);
  const channels = some(orderingOfLayer(chosen, state.value).channels);
  const { columns } = sheetLayout(channels.length, chosen.record.maps);
  return gridScript({ ...chosen, channels, columns, sorted: orderWords(state.value) });
}

async function channel(logDir: LogDir): Promise<Script> {
  const chosen = await layer(logDir);
  const number = channelIn(chosen.record.maps, state.value.a.channel, chosen.removed !== null);
  const scaling = await whenReady(() =>
    scalingOfChannel(chosen.record, number, state.value.scale),
  );
  const colours = { ...coloursOf(scaling, state.value), limits: scaling.limits(number) };
  const paint = overlayPaint(paintOf(scaling, state.value), state.value);
  // A picture that cannot be read is shown as one that is not there.
  const under = await underneath(chosen.record, paint).catch(() => null);
  const lies = liesOnPicture(chosen.record.maps);
  return channelScript({ ...chosen, colours, channel: number, under, liesOnPicture: lies });
}

/** The picture that a feature map is laid on; null where none was logged. */
async function underneath(shown: ShownRecord, paint: Paint): Promise<UnderlyingInput | null> {
  const { maps, header, run, address, input } = shown;
  if (!liesOnPicture(maps)) return null;
  const record = await whenReady(() => picturesOf(run, address.step));
  const picture = await whenReady(() => pictureOf(run, address.step, input.name));
  const pictured = record?.header.inputs.find(({ name }) => name === input.name);
  if (!record || !picture || !pictured) return null;
  const zoom = Math.max(1, Math.floor(LARGE / Math.max(picture.height, picture.width)));
  const field = header.layer.receptive_field ?? null;
  const alignment = align(maps, field, picture);
  const area = zoomedRegion(alignment, zoom);
  return {
    source: sourceOf({ ...record, input: pictured }),
    channels: picture.channels,
    zoom,
    area,
    opacity: state.value.overlay,
    known: alignment.known,
    shrunk: area.width < maps.width || area.height < maps.height,
    map: paint.name,
    smooth: paint.smooth,
  };
}

async function training(logDir: LogDir): Promise<Script> {
  const chosen = state.value;
  const { statistic } = chosen.training;
  const record = await whenReady(() => shownRecord(present(chosen.a)));
  const curve = await whenReady(() => curveOf(record.run.run, record.tag, record.number));
  const ordered = keptRows(
    viewState.heatMapRows.value,
    record,
    rowOrdering(record, chosen),
    chosen,
  );
  const channels = some(ordered.channels);
  const lists = numbersOf(curve, statistic, record.input.name);
  if (lists.some((list) => list && list.length !== record.maps.channels)) {
    throw new Error(
      "The layer has other numbers of channels at other steps: export the grid instead.",
    );
  }
  if (lists.every((list) => !list))
    throw new Error("These numbers were not logged at any step.");
  const matrix = curveMatrix(lists, channels);
  const scaling = matrixScaling(matrix, chosen.scale, naturalLimits(statistic));
  const { cellWidth, cellHeight } = matrixLayout(matrix, WIDE, HIGH, CELLS);
  const { run, layer: path } = sourceOf(record);
  return trainingScript({
    logDir,
    run,
    layer: path,
    input: record.input.name,
    statistic,
    channels,
    steps: curve.steps,
    silent: curve.steps.filter((_, i) => !lists[i]),
    cell: { width: cellWidth, height: cellHeight },
    colours: coloursOf(scaling, chosen),
  });
}

/** Python for two of anything. */
async function compare(logDir: LogDir): Promise<Script> {
  const chosen = state.value;
  const { a, b } = await whenReady(() => shownSides(chosen));
  const pair = channelsOf(a, b, chosen);
  if (typeof pair === "string") throw new Error(pair);
  const compared = pair
    ? planeDifference(a.maps, pair.a, b.maps, pair.b)
    : differenceOf(a.maps, b.maps);
  const { how } = chosen.compare;
  const apart = how === "difference" || how === "wipe";
  if (apart && compared.reason !== null) throw new Error(compared.reason);
  const scaling = await whenReady(() =>
    how === "difference" && compared.reason === null
      ? andThen(scalingOfDifference(a, compared.maps, chosen.scale), (one) =>
          ready({ a: one, b: one, shares: "common" }),
        )
      : scalingOfSides(a, b, chosen.scale, chosen.compare.shares, pair),
  );
  const signed = how === "difference" ? { ...chosen, colours: "signed" as const } : chosen;
  const bothSigns = haveBothSigns([scaling.a, scaling.b]);
  const [coloursA, coloursB] = [scaling.a, scaling.b].map((one) => ({
    ...coloursOf(one, signed, bothSigns),
    ...(pair ? { limits: one.limits(pair.a) } : {}),
  }));
  const apartScales = scaling.shares === "each";
  const words = apartScales ? `${scaling.a.words}, ${scaling.b.words}` : scaling.a.words;
  const colours = { ...coloursA!, words };
  const channels = some(orderingOfSides(a, b, chosen).channels);
  const unlike = a.maps.channels !== b.maps.channels;
  const share = how === "difference" ? 1 : 1 / 2;
  return compareScript({
    logDir,
    a: sourceOf(a),
    b: sourceOf(b),
    pair,
    channels,
    channelsB: unlike && !pair ? orderOfB(a, b, channels) : null,
    how,
    measured: compared.reason === null ? measuredBy(compared.total) : null,
    columns: pair ? 1 : sheetLayout(channels.length, a.maps, share).columns,
    colours: pair
      ? colours
      : { ...colours, symmetric: colours.symmetric || how === "difference" },
    own: apartScales ? { a: coloursA!.limits, b: coloursB!.limits } : null,
  });
}

function measuredBy({ cosine, counted }: Distances) {
  if (!counted) return "nothing";
  return cosine === null ? "lengths" : "all";
}

/** Python for all rows of small multiples. */
async function multiples(logDir: LogDir): Promise<Script> {
  const chosen = state.value;
  const sight = await whenReady(() => loaded(viewState.multiples.value));
  const loadedCells = sight.cells.flatMap(({ answer }) =>
    answer.state === "ready" ? [answer.value] : [],
  );
  if (!loadedCells.length) throw new Error("No cell shows a feature map.");
  const apart = chosen.multiples.columns === "layers";
  const rows = rowsShown(chosen.multiples);
  const scaling = await whenReady(() =>
    multiplesScaling(loadedCells, chosen.scale, chosen.multiples.shares, apart, rows),
  );
  const limitsOfCell = (cell: Multiple) => scaling.of(cell).limits(cell.channel);
  const first = scaling.of(loadedCells[0]!);
  const by = first.shared ? null : partsBy(scaling.shares, apart, rows);
  const own = new Map<string, OwnLimits>();
  for (const cell of by ? loadedCells : []) {
    const source = cellOf(cell);
    const key = by!.map((part) => source[part]);
    own.set(JSON.stringify(key), { key, limits: limitsOfCell(cell) });
  }
  return multiplesScript({
    logDir,
    cells: sight.cells.map(({ run, answer }): ScriptedCell => {
      if (answer.state === "ready") return { reason: null, ...cellOf(answer.value) };
      return { reason: `${run}: ${answer.state === "failed" ? answer.reason : "loading"}` };
    }),
    columns: sight.columns,
    own: by && { by, limits: [...own.values()] },
    colours: coloursOf(
      first,
      chosen,
      loadedCells.some((cell) => limitsOfCell(cell).low < 0),
    ),
  });
}

/** What of a cell its scale depends on. */
function partsBy(
  shares: MultiplesScaling["shares"],
  apart: boolean,
  rows: MultiplesRows,
): Part[] {
  const row = ({ runs: "run", inputs: "input", channels: "channel" } as const)[rows];
  if (shares === "common") return ["layer"];
  if (shares === "row") return [row];
  return apart ? [row, "layer"] : [row, "step"];
}

/** All cells once they are there, row by row, and how many there are in a row. */
function loaded(
  table: MultiplesTable | null,
): Answer<{ cells: { run: string; answer: Answer<Multiple> }[]; columns: number }> {
  const cells = (table?.rows ?? []).flatMap((row) =>
    row.cells.map((cell) => ({ run: row.name, answer: cell() })),
  );
  const waiting = !table || cells.some(({ answer }) => answer.state === "waiting");
  return waiting ? WAITING : ready({ cells, columns: table.columns.length });
}

function cellOf(multiple: Multiple) {
  const { run, layer, step } = sourceOf(multiple);
  return { run, layer, step, input: multiple.input.name, channel: multiple.channel };
}

/** Python for inputs beside each other. */
async function inputs(logDir: LogDir): Promise<Script> {
  const chosen = state.value;
  const { record, all, pair } = await whenReady(() =>
    andThen(chosenRecord(present(chosen.a)), (found) => inputsOf(found, chosen)),
  );
  const [a, b] = [all[pair[0]], all[pair[1]]];
  if (!a || !b) throw new Error("There is only one input.");
  if (!sameShape(a.maps, b.maps)) {
    throw new Error("The feature maps of the two inputs have different shapes.");
  }
  const scaling = await whenReady(() => scalingOf(all, chosen.scale));
  const scores = responses(a.maps, b.maps, chosen.inputs.measure);
  const names = all.map((one) => one.input.name);
  return inputsScript({
    logDir,
    source: sourceOf(a),
    other: b.input.name,
    names,
    pictures: await picturesFor(a, names),
    channels: some(rankingOf(scores, chosen).channels),
    colours: coloursOf(scaling, chosen),
    differenceLimits: differenceScaling(changeBetween(a.maps, b.maps)).limits(0),
    some: all.length < record.header.inputs.length,
  });
}

async function picturesFor({ run, address }: ShownRecord, names: readonly string[]) {
  // Pictures that cannot be read are shown as if they were not there.
  const record = await whenReady(() => picturesOf(run, address.step)).catch(() => null);
  const pictured = record ? inputNames(record.header) : [];
  const logged = names.filter((name) => pictured.includes(name));
  return record && logged.length ? { step: record.address.step, names: logged } : null;
}

/** Python for layers × runs. */
async function runs(logDir: LogDir): Promise<Script> {
  const chosen = state.value;
  const { reference, layers, runs: columns } = await whenReady(() => runTable(chosen));
  const steps = new Map<string, number>();
  for (const run of columns) {
    steps.set(run.run, await whenReady(() => stepIn(run, reference)));
  }
  return runsScript({
    logDir,
    reference: reference.record.run.run,
    input: reference.input,
    measure: chosen.runs.measure,
    layers,
    steps,
  });
}

/** Where values are logged. */
function sourceOf(record: Omit<ShownRecord, "maps" | "number">): Source {
  const { run, tag, address, header, input } = record;
  const form = formOf(header.layer, input.shape);
  return {
    run: run.run,
    layer: tag.layer,
    step: address.step,
    input: input.name,
    axes: input.shape.length,
    tokenGrid: form.kind === "tokens" ? form.grid.size : null,
  };
}

/** How all of it, or each channel, is coloured in a view. */
function coloursOf(scaling: Scaling, chosen: State, bothSigns?: boolean): ScriptColours {
  const { gamma, log, symmetric } = chosen.scale;
  return {
    map: paintOf(scaling, chosen, bothSigns).name,
    gamma,
    log,
    symmetric,
    limits: scaling.shared ? scaling.limits(0) : null,
    words: scaling.words,
    smooth: chosen.smooth,
  };
}

/** The channels to draw; an error where there are none. */
function some(channels: readonly number[]): readonly number[] {
  if (channels.length) return channels;
  throw new Error("No channels are shown: search for others, or show silent ones.");
}
