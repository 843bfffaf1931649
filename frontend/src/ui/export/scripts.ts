/** What the view shows, as Python that draws it anew. */

import { channelIn, orderingOf, sameShape } from "../../data/channels";
import {
  channelsOf,
  differenceOf,
  orderOfB,
  planeDifference,
  scalingOfBoth,
  scalingOfDifference,
} from "../../data/comparison";
import { keptRows, naturalLimits, numbersOf } from "../../data/heat_map";
import { apartScaling, inputsOf, rankingOf } from "../../data/inputs";
import { type Multiple, multiplesScaling } from "../../data/multiples";
import { type Contents, chosenContents } from "../../data/pairs";
import { andThen, ready, settled, WAITING } from "../../data/queries";
import {
  chosenRecord,
  pictureOf,
  picturesOf,
  present,
  type Shown,
  shown,
} from "../../data/records";
import { curveOf } from "../../data/resources";
import { logDirOf } from "../../data/runs";
import { matrixScaling, type Scaling, scalingOf } from "../../data/scaling";
import { bothShown } from "../../data/sides";
import { channelScript, type Under } from "../../export_python/channel";
import { compareScript } from "../../export_python/compare";
import { gridScript, type Shown as Logged } from "../../export_python/grid";
import { inputsScript } from "../../export_python/inputs";
import { type Cell, multiplesScript } from "../../export_python/multiples";
import { type Colours, LARGE, type Script, type Source } from "../../export_python/script";
import { trainingScript } from "../../export_python/training";
import { responses } from "../../numbers/differences";
import type { Limits } from "../../numbers/limits";
import { curveMatrix, matrixLayout } from "../../numbers/matrix";
import { align, enlarged } from "../../numbers/receptive_field";
import { type Distances, difference } from "../../numbers/statistics";
import type { State, View } from "../../state/state";
import { state } from "../../state/store";
import { type MultiplesInSight, viewState } from "../../state/view_state";
import { paintOf } from "../pictures/paint";
import { sheetLayout } from "./sheet";

/** Sides of a cell of a heat map, and of all of it. */
const CELLS = { width: [4, 48], height: [4, 24], gap: 0 } as const;
const [WIDE, HIGH] = [960, 640];

const SCRIPTS: { [view in View]: (logDir: string) => Promise<Script> } = {
  grid,
  channel,
  compare,
  multiples,
  inputs,
  training,
};

/** Python for the view that is shown. */
export async function pythonOf(): Promise<Script> {
  return SCRIPTS[state.value.view](await logDirOf());
}

async function layer(logDir: string): Promise<Logged & Contents & { scaling: Scaling }> {
  const contents = await settled(() => chosenContents(state.value));
  const { one, removed } = contents;
  const scaling = await settled(() => scalingOf([one], state.value.scale));
  const source = sourceOf(removed?.before ?? one);
  const after = removed && sourceOf(removed.after);
  const colours = coloursOf(scaling, state.value);
  return { ...contents, scaling, logDir, source, after, colours };
}

async function grid(logDir: string): Promise<Script> {
  const found = await layer(logDir);
  const channels = some(orderingOf(found.one, state.value).channels);
  const { columns } = sheetLayout(channels.length, found.one.maps);
  return gridScript({ ...found, channels, columns });
}

async function channel(logDir: string): Promise<Script> {
  const found = await layer(logDir);
  const number = channelIn(found.one.maps, state.value.a.channel, found.removed !== null);
  const colours = { ...found.colours, limits: found.scaling.limits(number) };
  // A picture that cannot be read is shown as one that is not there.
  const under = await underneath(found.one).catch(() => null);
  return channelScript({ ...found, colours, channel: number, under });
}

async function underneath({ maps, header, run, place, input }: Shown): Promise<Under | null> {
  const record = await settled(() => picturesOf(run, place.step));
  const picture = await settled(() => pictureOf(run, place.step, input.name));
  const pictured = record?.header.inputs.find((one) => one.name === input.name);
  if (!record || !picture || !pictured) return null;
  const zoom = Math.max(1, Math.floor(LARGE / Math.max(picture.height, picture.width)));
  const field = header.layer.receptive_field ?? null;
  const alignment = align(maps, field, picture);
  const found = enlarged(alignment, zoom);
  return {
    source: sourceOf({ ...record, input: pictured }),
    channels: picture.channels,
    zoom,
    place: found,
    opacity: state.value.overlay,
    known: alignment.known,
    shrunk: found.width < maps.width || found.height < maps.height,
  };
}

async function training(logDir: string): Promise<Script> {
  const chosen = state.value;
  const { statistic } = chosen.training;
  const one = await settled(() => shown(present(chosen.a)));
  const curve = await settled(() => curveOf(one.run.run, one.tag, one.number));
  const ordered = keptRows(viewState.heatMapRows.value, one, orderingOf(one, chosen), chosen);
  const channels = some(ordered.channels);
  const lists = numbersOf(curve, statistic, one.input.name);
  if (lists.some((list) => list && list.length !== one.maps.channels)) {
    throw new Error("The layer has not as many channels at each step: look at the grid.");
  }
  if (lists.every((list) => !list)) throw new Error("No step states such numbers.");
  const matrix = curveMatrix(lists, channels);
  const scaling = matrixScaling(matrix, chosen.scale, naturalLimits(statistic));
  const { cellWidth, cellHeight } = matrixLayout(matrix, WIDE, HIGH, CELLS);
  const { run, layer: path } = sourceOf(one);
  return trainingScript({
    logDir,
    run,
    layer: path,
    input: one.input.name,
    statistic,
    channels,
    steps: curve.steps,
    silent: curve.steps.filter((_, i) => !lists[i]),
    cell: { width: cellWidth, height: cellHeight },
    colours: coloursOf(scaling, chosen),
  });
}

/** Python for two of anything. */
async function compare(logDir: string): Promise<Script> {
  const chosen = state.value;
  const { a, b } = await settled(() => bothShown(chosen));
  const one = channelsOf(a, b, chosen);
  if (typeof one === "string") throw new Error(one);
  const found = one
    ? planeDifference(a.maps, one.a, b.maps, one.b)
    : differenceOf(a.maps, b.maps);
  const { how } = chosen.compare;
  const apart = how === "difference" || how === "wipe";
  if (apart && found.reason !== null) throw new Error(found.reason);
  const scaling = await settled(() =>
    how === "difference" && found.reason === null
      ? scalingOfDifference(a, found.maps, chosen.scale)
      : scalingOfBoth(a, b, chosen.scale, one),
  );
  const signed = how === "difference" ? { ...chosen, colours: "signed" as const } : chosen;
  const colours = coloursOf(scaling, signed);
  const channels = some(orderingOf(a, chosen).channels);
  const unlike = a.maps.channels !== b.maps.channels;
  const share = how === "difference" ? 1 : 1 / 2;
  return compareScript({
    logDir,
    a: sourceOf(a),
    b: sourceOf(b),
    one,
    channels,
    channelsB: unlike && !one ? orderOfB(a, b, channels) : null,
    how,
    measured: found.reason === null ? measuredBy(found.total) : null,
    columns: one ? 1 : sheetLayout(channels.length, a.maps, share).columns,
    colours: one
      ? { ...colours, limits: scaling.limits(one.a) }
      : { ...colours, symmetric: colours.symmetric || how === "difference" },
  });
}

function measuredBy({ cosine, counted }: Distances) {
  if (!counted) return "nothing";
  return cosine === null ? "lengths" : "all";
}

/** Python for the cells in sight. */
async function multiples(logDir: string): Promise<Script> {
  const chosen = state.value;
  const sight = await settled(() => loaded(viewState.multiplesInSight.value));
  const found = sight.cells.flatMap(({ answer }) =>
    answer.state === "ready" ? [answer.value] : [],
  );
  if (!found.length) throw new Error("No cell in sight shows a feature map.");
  const apart = chosen.multiples.columns === "layers";
  const scaling = await settled(() => multiplesScaling(found, chosen.scale, apart));
  const layers = new Set(found.map(({ tag }) => tag.layer));
  return multiplesScript({
    logDir,
    input: found[0]!.input.name,
    cells: sight.cells.map(({ run, answer }): Cell => {
      if (answer.state === "ready") return { reason: null, ...cellOf(answer.value) };
      return { reason: `${run}: ${answer.state === "failed" ? answer.reason : "loading"}` };
    }),
    columns: sight.columns,
    limits: new Map(
      [...layers].map((layer): [string, Limits] => [layer, scaling(layer).limits(0)]),
    ),
    colours: coloursOf(scaling(found[0]!.tag.layer), chosen),
  });
}

function loaded(sight: MultiplesInSight | null) {
  const waiting = !sight || sight.cells.some(({ answer }) => answer.state === "waiting");
  if (waiting) return WAITING;
  return ready(sight);
}

function cellOf(one: Multiple) {
  const { run, layer, step } = sourceOf(one);
  return { run, layer, step, channel: one.channel };
}

/** Python for inputs beside each other. */
async function inputs(logDir: string): Promise<Script> {
  const chosen = state.value;
  const { record, all, pair } = await settled(() =>
    andThen(chosenRecord(present(chosen.a)), (found) => inputsOf(found, chosen)),
  );
  const [a, b] = [all[pair[0]], all[pair[1]]];
  if (!a || !b) throw new Error("There is one input, and nothing beside it.");
  if (!sameShape(a.maps, b.maps)) {
    throw new Error("The two inputs do not have feature maps of one shape.");
  }
  const scaling = await settled(() => scalingOf(all, chosen.scale));
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
    apart: apartScaling(difference(a.maps, b.maps)).limits(0),
    some: all.length < record.header.inputs.length,
  });
}

async function picturesFor({ run, place }: Shown, names: readonly string[]) {
  // Pictures that cannot be read are shown as if they were not there.
  const record = await settled(() => picturesOf(run, place.step)).catch(() => null);
  const found = record?.header.inputs.map((one) => one.name) ?? [];
  const logged = names.filter((name) => found.includes(name));
  return record && logged.length ? { step: record.place.step, names: logged } : null;
}

/** Where values are logged. */
function sourceOf(one: Omit<Shown, "maps" | "number">): Source {
  const { run, tag, place, input } = one;
  const axes = input.shape.length;
  return { run: run.run, layer: tag.layer, step: place.step, input: input.name, axes };
}

/** How all of it, or each channel, is coloured in a view. */
function coloursOf(scaling: Scaling, chosen: State): Colours {
  const { gamma, symmetric } = chosen.scale;
  return {
    map: paintOf(scaling, chosen).name,
    gamma,
    symmetric,
    limits: scaling.shared ? scaling.limits(0) : null,
    words: scaling.words,
    smooth: chosen.smooth,
  };
}

/** The channels to draw; an error where there are none. */
function some(channels: readonly number[]): readonly number[] {
  if (channels.length) return channels;
  throw new Error("No channels are shown: search for others, or show dead ones.");
}
