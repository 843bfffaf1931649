/** From what is looked at to what is next to it. */

import type { Series } from "../../data/api";
import { channelIn, peaksOf } from "../../data/channels";
import { pairOf } from "../../data/inputs";
import { canShowRemoved, chosenLayer, partnerOf, showsRemoved } from "../../data/pairs";
import { type Answer, whenReady } from "../../data/queries";
import {
  chosenRecord,
  chosenSeries,
  chosenTag,
  inputNames,
  inputNumber,
  present,
} from "../../data/records";
import { listedRuns } from "../../data/resources";
import { atOrBefore, layersOf, readableSteps } from "../../data/runs";
import { exactSelection, sidesOf, swapped } from "../../data/sides";
import { toRelative } from "../../numbers/receptive_field";
import { layerEntries, matching } from "../../numbers/tree";
import { togglePin } from "../../state/pins";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";

/** Steps, and the index of one of them. */
interface Steps {
  steps: number[];
  at: number;
}

/** The readable steps of what is looked at, and which one that is. */
export function stepsNow(): Steps {
  const series = chosenSeries(present(state.value.a));
  if (series.state !== "ready") return { steps: [], at: 0 };
  return stepsIn(series.value, state.value.a.step);
}

/** The readable steps of a series, and which one is chosen; null for the latest. */
export function stepsIn(series: Series, chosen: number | null): Steps {
  const readable = readableSteps(series);
  const at = chosen === null ? readable.length - 1 : atOrBefore(readable, chosen);
  return { steps: readable.map(({ step }) => step), at };
}

/** Go to a step by its index; the last one is followed from then on. */
export function toStep(index: number): void {
  const { steps } = stepsNow();
  if (!steps.length) return;
  const bounded = Math.min(Math.max(index, 0), steps.length - 1);
  select("a", { step: bounded === steps.length - 1 ? null : (steps[bounded] ?? null) });
}

/** Go so many steps on, or back. */
export function moveStep(by: number): void {
  toStep(stepsNow().at + by);
}

/** Go so many layers down the list that is shown, or up. */
export function moveLayer(by: number): void {
  const chosen = chosenTag(present(state.value.a));
  if (chosen.state !== "ready") return;
  const entries = layerEntries(matching(layersOf(chosen.value.run), state.value.layers).tags);
  const { tag } = chosen.value;
  const at = entries.findIndex(({ item, before }) => item === tag || before === tag);
  const next = entries[Math.min(Math.max(at + by, 0), entries.length - 1)];
  if (!next) return;
  // Who looks at what goes into activation functions goes on doing so.
  const half = entries[at]?.before === tag ? next.before : null;
  select("a", { layer: (half ?? next.item).layer });
}

/** The channel that is looked at: in the channel view also where none was chosen. */
function channelNow(): number | null {
  const { a, view } = state.value;
  const layer = view === "channel" ? chosenLayer(state.value) : null;
  if (layer?.state !== "ready") return a.channel;
  return channelIn(layer.value.record.maps, a.channel, layer.value.removed !== null);
}

/** Inspect the position of the channel's maximum, or of what was removed most. */
export function inspectMaximum(): void {
  const layer = chosenLayer(state.value);
  const channel = channelNow();
  if (layer.state !== "ready" || channel === null) return;
  const { maps } = layer.value.record;
  const peak = peaksOf(maps, layer.value.removed !== null)[channel];
  if (peak) change({ inspected: toRelative(maps, peak.position), view: "channel" });
}

/** Go so many channels on in the order shown, or back. */
export function moveChannel(by: number): void {
  const order = viewState.channelOrder.value;
  const at = order.indexOf(channelNow() ?? -1);
  const next = order[at < 0 ? 0 : Math.min(Math.max(at + by, 0), order.length - 1)];
  if (next !== undefined) select("a", { channel: next });
}

/** Look at the channel that is chosen alone. */
export function openChannel(): void {
  const { a, view, compare } = state.value;
  if (a.channel === null) return;
  change(
    view === "compare" ? { compare: { ...compare, oneChannel: true } } : { view: "channel" },
  );
}

/** Act on an answer as soon as it is there, so that no key is lost while it is not. */
function onceKnown<T>(read: () => Answer<T>, act: (value: T) => void): void {
  // What failed is said where it is shown.
  whenReady(read).then(act, () => undefined);
}

const recordNow = () => chosenRecord(present(state.value.a));

/** Take the next input. */
export function nextInput(): void {
  onceKnown(recordNow, ({ header }) => {
    const names = inputNames(header);
    const at = Math.max(0, names.indexOf(state.value.a.input ?? ""));
    select("a", { input: names[(at + 1) % names.length] ?? null });
  });
}

/** Take the next run that has layers. */
export function nextRun(): void {
  onceKnown(recordNow, ({ run }) => {
    const names = listedRuns().flatMap((one) => (layersOf(one).length ? [one.run] : []));
    const next = names[(names.indexOf(run.run) + 1) % names.length];
    if (next !== undefined && next !== run.run) select("a", { run: next });
  });
}

/** A layer of a run; at the moment that is looked at where `step` is null. */
interface LayerOfRun {
  run: string;
  layer: string;
  step: number | null;
}

/** Compare a layer of the run that is looked at with that of another run. */
export function compareWithRun({ run, layer, step }: LayerOfRun): void {
  change({
    view: "compare",
    a: { ...state.value.a, layer },
    b: { run, step, layer: null, input: null, channel: null },
  });
}

/** Make what is looked at, exactly as it is now, side B; say so where B is not shown. */
export function keepAsB(): void {
  onceKnown(recordNow, ({ run, tag, address, header }) => {
    const { input, channel } = state.value.a;
    const name = inputNames(header)[inputNumber(header, input)] ?? null;
    const b = { run: run.run, layer: tag.layer, step: address.step, input: name, channel };
    change({ b });
    if (state.value.view === "compare") return;
    const words = `B is now layer ${b.layer}, run ${b.run}, step ${b.step}, input ${b.input}`;
    viewState.said.value = { words: `${words}; Compare (3) shows it beside A.` };
  });
}

/** Swap the sides of a comparison; of inputs beside each other, only the two inputs. */
export function swapSides(): void {
  if (state.value.view === "inputs") {
    const { a, b } = state.value;
    onceKnown(recordNow, (record) => {
      const pair = pairOf(record, a.input, b.input);
      if (!pair) return;
      select("a", { input: pair[1] });
      select("b", { input: pair[0] });
    });
    return;
  }
  onceKnown(
    () => sidesOf(state.value),
    ({ a, b }) => {
      const chosen = state.value;
      const following = chosen.b.step === null && chosen.align === "step";
      change(swapped(chosen.a, { a: exactSelection(a), b: exactSelection(b) }, following));
    },
  );
}

/** Pin the channel that is looked at, or take the pin out. */
export function pinChannel(): void {
  onceKnown(recordNow, ({ header }) => {
    const channel = channelNow();
    if (channel !== null) change({ pins: togglePin(state.value.pins, header.layer, channel) });
  });
}

/** Show the other half of a pair of pre-activation and activation. */
export function toPartner(): void {
  onceKnown(recordNow, ({ run, header }) => {
    const partner = partnerOf(run, header.layer.partner);
    if (partner) select("a", { layer: partner.layer });
  });
}

/** Show what the activation function removed, or the layer itself again. */
export function toggleRemoved(): void {
  onceKnown(recordNow, ({ run, header }) => {
    const hasPair = partnerOf(run, header.layer.partner) !== null;
    if (hasPair && canShowRemoved(state.value)) {
      change({ removed: !showsRemoved(state.value) });
    }
  });
}

/** Show the other side of a comparison, in place. */
export function blink(): void {
  const { compare } = state.peek();
  if (compare.how !== "blink") change({ compare: { ...compare, how: "blink" } });
  viewState.showsB.value = !viewState.showsB.peek();
}
