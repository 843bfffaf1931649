/** What the view shows, as Python that draws it anew. */

import { keptRows, naturalLimits, numbersOf } from "../../data/heat";
import { logDirOf } from "../../data/log_dir";
import { matrixScaling } from "../../data/matrix_scaling";
import { orderingOf } from "../../data/ordering";
import { curveOf } from "../../data/resources";
import { type Scaling, scalingOf } from "../../data/scaling";
import { settled } from "../../data/settled";
import { andThen, pictureOf, picturesOf, present, type Shown, shown } from "../../data/shown";
import { channelIn } from "../../data/strongest";
import { channelScript, type Under } from "../../export_python/channel";
import { gridScript, type Shown as Logged } from "../../export_python/grid";
import { LARGE, type Script } from "../../export_python/script";
import { trainingScript } from "../../export_python/training";
import { align, enlarged } from "../../numbers/alignment";
import { curveMatrix, matrixLayout } from "../../numbers/matrix";
import type { View } from "../../state/state";
import { state } from "../../state/store";
import { asChosen, type Contents } from "../contents";
import { rowsNow } from "../in_sight";
import { coloursOf, some, sourceOf } from "./script_parts";
import { compare, inputs, multiples } from "./scripts_of_several";
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
  const contents = await settled(() => andThen(shown(present(state.value.a)), asChosen));
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
  const ordered = keptRows(rowsNow.value, one, orderingOf(one, chosen), chosen);
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
