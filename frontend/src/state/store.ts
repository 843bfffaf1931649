/** The one place where what is chosen is kept. */

import { signal } from "@preact/signals";
import { type Selection, START, type State } from "./state";

export type SideName = "a" | "b";

/** What is chosen. */
export const state = signal<State>(START);

/** What people should know, a line each, until they dismiss it. */
export const notices = signal<readonly string[]>([]);

/** Choose something else. */
export function change(part: Partial<State>): void {
  state.value = { ...state.peek(), ...part };
}

/** Choose something else of one side. */
export function select(side: SideName, part: Partial<Selection>): void {
  change({ [side]: { ...state.peek()[side], ...part } });
}

/** Shows people a line. */
export function notify(line: string): void {
  if (!notices.peek().includes(line)) notices.value = [...notices.peek(), line];
}
