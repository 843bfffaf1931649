/** From what is looked at to what is next to it. */

import { channelIn, peaksOf } from "../../data/channels";
import { chosenLayer, partnerOf } from "../../data/pairs";
import { type Answer, whenReady } from "../../data/queries";
import {
  chosenRecord,
  chosenSeries,
  chosenTag,
  inputNames,
  inputNumber,
  present,
} from "../../data/records";
import { atOrBefore, layersOf, readableSteps } from "../../data/runs";
import { exactSelection, sidesOf, swapped } from "../../data/sides";
import { toRelative } from "../../numbers/receptive_field";
import { matching } from "../../numbers/tree";
import { togglePin } from "../../state/pins";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";

/** The readable steps of what is looked at, and which one that is. */
export function stepsNow(): { steps: number[]; at: number } {
  const series = chosenSeries(present(state.value.a));
  if (series.state !== "ready") return { steps: [], at: 0 };
  const readable = readableSteps(series.value);
  const { step: chosen } = state.value.a;
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
  const { tags } = matching(layersOf(chosen.value.run), state.value.layers);
  const at = tags.findIndex((tag) => tag.tag === chosen.value.tag.tag);
  const next = tags[Math.min(Math.max(at + by, 0), tags.length - 1)];
  if (next) select("a", { layer: next.layer });
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

/** Make what is looked at, exactly as it is now, side B. */
export function keepAsB(): void {
  onceKnown(recordNow, ({ run, tag, address, header }) => {
    const { input, channel } = state.value.a;
    change({
      b: {
        run: run.run,
        layer: tag.layer,
        step: address.step,
        input: inputNames(header)[inputNumber(header, input)] ?? null,
        channel,
      },
    });
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

/** Swap the sides of a comparison. */
export function swapSides(): void {
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

/** Show the other side of a comparison, in place. */
export function blink(): void {
  const { compare } = state.peek();
  if (compare.how !== "blink") change({ compare: { ...compare, how: "blink" } });
  viewState.showsB.value = !viewState.showsB.peek();
}
