/** The one place where what is chosen is kept. */

import { signal } from "@preact/signals";
import { type Selection, START, type State } from "./state";

export type Side = "a" | "b";

/** What is chosen. */
export const state = signal<State>(START);

/** What people should know, a line each, until they dismiss it. */
export const notices = signal<readonly string[]>([]);

/** Choose something else. */
export function change(part: Partial<State>): void {
  state.value = { ...state.peek(), ...part };
}

/** Choose something else of one side. */
export function select(side: Side, part: Partial<Selection>): void {
  change({ [side]: { ...state.peek()[side], ...part } });
}

/** What a side shows once what is left open of B is taken from A. */
export function sideOf(given: State, side: Side): Selection {
  if (side === "a") return given.a;
  return {
    run: given.b.run ?? given.a.run,
    step: given.b.step ?? given.a.step,
    input: given.b.input ?? given.a.input,
    layer: given.b.layer ?? given.a.layer,
    channel: given.b.channel ?? given.a.channel,
  };
}

/** Tell people something. */
export function notify(line: string): void {
  if (!notices.peek().includes(line)) notices.value = [...notices.peek(), line];
}
