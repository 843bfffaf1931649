/** Python for the views that show more than one record or input. */

import {
  channelsOf,
  differenceOf,
  orderOfB,
  planeDifference,
  scalingOfBoth,
  scalingOfDifference,
} from "../../data/comparison";
import { apartScaling, inputsOf, rankingOf } from "../../data/inputs";
import { type Multiple, multiplesScaling } from "../../data/multiples";
import { orderingOf, sameShape } from "../../data/ordering";
import { scalingOf } from "../../data/scaling";
import { settled } from "../../data/settled";
import { andThen, chosenRecord, picturesOf, present, type Shown } from "../../data/shown";
import { bothShown } from "../../data/sides";
import { compareScript } from "../../export_python/compare";
import { inputsScript } from "../../export_python/inputs";
import { type Cell, multiplesScript } from "../../export_python/multiples";
import type { Script } from "../../export_python/script";
import type { Limits } from "../../numbers/limits";
import { responses } from "../../numbers/responses";
import { type Distances, difference } from "../../numbers/statistics";
import { state } from "../../state/store";
import { type InSight, inSightNow } from "../in_sight";
import { coloursOf, some, sourceOf } from "./script_parts";
import { sheetLayout } from "./sheet";

/** Python for two of anything. */
export async function compare(logDir: string): Promise<Script> {
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
export async function multiples(logDir: string): Promise<Script> {
  const chosen = state.value;
  const sight = await settled(() => loaded(inSightNow.value));
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

function loaded(sight: InSight | null) {
  const waiting = !sight || sight.cells.some(({ answer }) => answer.state === "waiting");
  if (waiting) return { state: "waiting" } as const;
  return { state: "ready", value: sight } as const;
}

function cellOf(one: Multiple) {
  const { run, layer, step } = sourceOf(one);
  return { run, layer, step, channel: one.channel };
}

/** Python for inputs beside each other. */
export async function inputs(logDir: string): Promise<Script> {
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
