/** From what is looked at to what is next to it. */

import { effect, signal } from "@preact/signals";
import { atOrBefore, layersOf } from "../data/catalog";
import { statisticsOf } from "../data/ordering";
import { swapped } from "../data/proposal";
import { chosenRecord, chosenRun, chosenSeries, chosenTag, shown, andThen, present } from "../data/shown";
import { exactly, sidesOf } from "../data/sides";
import { channelIn } from "../data/strongest";
import { sharesOf } from "../numbers/alignment";
import { matching } from "../numbers/filter";
import { change, select, state } from "../state/store";
import { asChosen } from "./contents";

/** Whether the steps are being played. */
export const playing = signal(false);

/** The channels in the order that the view shows them. */
export const channelOrder = signal<readonly number[]>([]);

/** The readable steps of what is looked at, and which one that is. */
export function stepsNow(): { steps: number[]; at: number } {
  const series = chosenSeries(present(state.value.a));
  if (series.state !== "ready") return { steps: [], at: 0 };
  const kept = series.value.steps.filter((step) => step.unreadable === null);
  const { step } = state.value.a;
  const at = step === null ? kept.length - 1 : atOrBefore(kept, step);
  return { steps: kept.map((one) => one.step), at };
}

/** Go to a step by its place in the list; the last one is followed from then on. */
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
  const one = view === "channel" ? andThen(shown(present(a)), asChosen) : null;
  return one?.state === "ready" ? channelIn(one.value.one.maps, a.channel) : a.channel;
}

/** Inspect the position of the channel's maximum. */
export function inspectMaximum(): void {
  const found = andThen(shown(present(state.value.a)), asChosen);
  const channel = channelNow();
  if (found.state !== "ready" || channel === null) return;
  const { maps } = found.value.one;
  const maximum = statisticsOf(maps)[channel]?.argmax;
  if (maximum) change({ place: sharesOf(maps, maximum), view: "channel" });
}

/** Go so many channels on in the order shown, or back. */
export function moveChannel(by: number): void {
  const order = channelOrder.value;
  const at = order.indexOf(channelNow() ?? -1);
  const next = order[at < 0 ? 0 : Math.min(Math.max(at + by, 0), order.length - 1)];
  if (next !== undefined) select("a", { channel: next });
}

/** Take the next input. */
export function nextInput(): void {
  const record = chosenRecord(present(state.value.a));
  if (record.state !== "ready") return;
  const names = record.value.header.inputs.map((one) => one.name);
  const at = Math.max(0, names.indexOf(state.value.a.input ?? ""));
  select("a", { input: names[(at + 1) % names.length] ?? null });
}

/** Make what is looked at, exactly as it is now, side B. */
export function keepAsB(): void {
  const record = chosenRecord(present(state.value.a));
  if (record.state !== "ready") return;
  const { run, tag, place, header } = record.value;
  const input = header.inputs.find((one) => one.name === state.value.a.input);
  change({
    b: {
      run: run.run,
      layer: tag.layer,
      step: place.step,
      input: input?.name ?? header.inputs[0]?.name ?? null,
      channel: state.value.a.channel,
    },
  });
}

/** Swap the sides of a comparison, as soon as it is known what they are. */
export function swap(): void {
  let done = false;
  const stop = effect(() => {
    const chosen = state.value;
    const sides = sidesOf(chosen);
    if (sides.state === "waiting" || done) return;
    done = true;
    // Not before the effect is over: it follows what is changed here.
    queueMicrotask(() => {
      stop();
      if (sides.state === "failed") return;
      const { a, b } = sides.value;
      const following = chosen.b.step === null && chosen.align === "step";
      change(swapped(chosen.a, { a: exactly(a), b: exactly(b) }, following));
    });
  });
}

/** Pin the channel that is looked at, or take the pin out. */
export function pin(): void {
  const channel = channelNow();
  if (channel === null) return;
  const { pins } = state.value;
  change({
    pins: pins.includes(channel)
      ? pins.filter((one) => one !== channel)
      : [...pins, channel].sort((one, other) => one - other),
  });
}

/** Show the other half of a pair of pre-activation and activation. */
export function toPartner(): void {
  const record = chosenRecord(present(state.value.a));
  const run = chosenRun(present(state.value.a));
  if (record.state !== "ready" || run.state !== "ready") return;
  const { partner } = record.value.header.layer;
  if (partner !== null && run.value.tags.some((tag) => tag.layer === partner)) {
    select("a", { layer: partner });
  }
}
