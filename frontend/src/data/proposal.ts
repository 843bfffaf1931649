/** What side B of a comparison is where it is left open, and both sides swapped. */

import type { Selection } from "../state/state";

/** What side B shows where nothing was chosen for it, and that in words. */
export type Proposal =
  | { part: "step"; value: number; words: string }
  | { part: "input" | "run"; value: string; words: string };

/** What there is to compare with. */
export interface Around {
  /** Steps that can be read, in order, and the one of A. */
  steps: readonly number[];
  step: number;
  inputs: readonly string[];
  input: string;
  /** Runs that have the layer. */
  runs: readonly string[];
  run: string;
}

/** The most telling thing to compare A with; null where there is nothing else. */
export function proposal({ steps, step, inputs, input, runs, run }: Around): Proposal | null {
  const first = steps[0];
  const last = steps.at(-1);
  if (first !== undefined && last !== undefined && first !== last) {
    return step === first
      ? { part: "step", value: last, words: "the latest step of the same run" }
      : { part: "step", value: first, words: "the first step of the same run" };
  }
  const nextInput = after(inputs, input);
  if (nextInput !== null) return { part: "input", value: nextInput, words: "the next input" };
  const nextRun = after(runs, run);
  if (nextRun === null) return null;
  return { part: "run", value: nextRun, words: "the next run that has the layer" };
}

/** What follows in a list, and around; null where there is nothing else. */
function after(all: readonly string[], one: string): string | null {
  const next = all[(all.indexOf(one) + 1) % all.length];
  return next === undefined || next === one ? null : next;
}

/** Whether nothing was chosen for side B. */
export function isOpen(b: Selection): boolean {
  return Object.values(b).every((part) => part === null);
}

/** What identifies a side. */
export interface Exact {
  run: string;
  step: number;
  input: string;
  layer: string;
  channel: number | null;
}

/**
 * Swap what is shown: what is equal on both sides stays chosen as it was, and B goes on
 * following A in it; everything else is said exactly.
 *
 * `following` is whether B followed the number of A's step: then it goes on doing so where
 * the two are equal, in another run too.
 */
export function swapped(
  a: Selection,
  { a: was, b: other }: { a: Exact; b: Exact },
  following: boolean,
): { a: Selection; b: Selection } {
  const result = {
    a: { ...a },
    b: { run: null, step: null, input: null, layer: null, channel: null },
  };
  for (const part of ["run", "step", "input", "layer", "channel"] as const) {
    if (was[part] === other[part] && part !== "step") continue;
    // The latest step of one run need not be that of another.
    if (was[part] === other[part] && was.run === other.run) continue;
    Object.assign(result.a, { [part]: other[part] });
    const follows = part === "step" && following && was.step === other.step;
    if (!follows) Object.assign(result.b, { [part]: was[part] });
  }
  return result;
}
