/** What side B of a comparison is where it is left open, and both sides swapped. */

import type { Selection } from "../state/state";

/** Something to compare with that is another part of A, and which one in words. */
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

/** All that A can be compared with at once, the most telling first. */
export function proposals({ steps, step, inputs, input, runs, run }: Around): Proposal[] {
  const found: Proposal[] = [];
  const [first, last] = [steps[0], steps.at(-1)];
  if (first !== undefined && first !== step) {
    found.push({ part: "step", value: first, words: "first step" });
  }
  if (last !== undefined && last !== step && last !== first) {
    found.push({ part: "step", value: last, words: "latest step" });
  }
  const nextInput = after(inputs, input);
  if (nextInput !== null) found.push({ part: "input", value: nextInput, words: "next input" });
  const nextRun = after(runs, run);
  if (nextRun !== null) {
    found.push({ part: "run", value: nextRun, words: "next run with this layer" });
  }
  return found;
}

/** Whether a proposal, and nothing else, was chosen for side B. */
export function isChosen({ part, value }: Proposal, b: Selection): boolean {
  return b[part] === value && isOpen({ ...b, [part]: null });
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
