/** The two sides of a comparison, and what side B is where it is left open. */

import type { Selection, State } from "../state/state";
import type { Series } from "./api";
import { type Answer, andThen, ready } from "./queries";
import {
  chosenRecord,
  chosenTag,
  inputIn,
  placeIn,
  present,
  type Record,
  type Shown,
  shownOf,
} from "./records";
import { headerOf, listedRuns, stepsOf } from "./resources";
import { alignedPlace } from "./step_alignment";

/** One side of a comparison, without its values. */
export interface Side {
  record: Record;
  input: string;
  channel: number | null;
}

/** Both sides, and how B was found where it was left open. */
export interface Sides {
  a: Side;
  b: Side;
  proposal: Proposal | null;
}

/** What is on side A. */
export function sideA(chosen: State): Answer<Side> {
  return andThen(chosenRecord(present(chosen.a)), (record) =>
    ready(sideOf(record, chosen.a.input, chosen.a.channel)),
  );
}

/** What is on both sides. */
export function sidesOf(chosen: State): Answer<Sides> {
  return andThen(sideA(chosen), (a) =>
    andThen(sideB(a.record, chosen), (found) => ready({ a, ...found })),
  );
}

/** What is on both sides, with its values. */
export function bothShown(chosen: State): Answer<{ a: Shown; b: Shown }> {
  return andThen(sidesOf(chosen), ({ a, b }) => {
    // Both before either is waited for, so that they are asked for at once.
    const first = shownOf(a.record, a.input);
    const second = shownOf(b.record, b.input);
    return andThen(first, (one) => andThen(second, (other) => ready({ a: one, b: other })));
  });
}

/** Side B for a record of side A. */
function sideB(a: Record, chosen: State): Answer<{ b: Side; proposal: Proposal | null }> {
  const input = nameOf(a, chosen.a.input);
  return andThen(proposedFor(a, input, chosen), (proposed) => {
    const b = proposed ? { ...chosen.b, [proposed.part]: proposed.value } : chosen.b;
    const selection: Selection = {
      ...b,
      run: b.run ?? a.run.run,
      layer: b.layer ?? a.tag.layer,
    };
    return andThen(chosenTag(selection), ({ run, tag }) => {
      const place =
        b.step === null ? alignedPlace(run, tag, a, chosen.align) : placeIn(run, tag, b.step);
      return andThen(place, (found) =>
        andThen(headerOf(found), (header) =>
          ready({
            b: sideOf(
              { run, tag, place: found, header },
              b.input ?? input,
              b.channel ?? chosen.a.channel,
            ),
            proposal: proposed,
          }),
        ),
      );
    });
  });
}

/** The values of side B for a record of side A. */
export function shownB(a: Record, chosen: State): Answer<Shown> {
  return andThen(sideB(a, chosen), ({ b }) => shownOf(b.record, b.input));
}

function sideOf(record: Record, input: string | null, channel: number | null): Side {
  return { record, input: nameOf(record, input), channel };
}

function nameOf({ header }: Record, input: string | null): string {
  return header.inputs[inputIn(header, input)]?.name ?? "";
}

/** All that a record of side A can be compared with at once. */
export function proposalsFor(a: Record, input: string): Answer<Proposal[]> {
  return andThen<Series, Proposal[]>(stepsOf(a.run.run, a.tag), (series) => {
    const runs = listedRuns();
    const value = proposals({
      steps: series.steps.filter((one) => one.unreadable === null).map((one) => one.step),
      step: a.place.step,
      inputs: a.header.inputs.map((one) => one.name),
      input,
      runs: runs
        .filter((run) => run.tags.some((tag) => tag.layer === a.tag.layer))
        .map((run) => run.run),
      run: a.run.run,
    });
    return ready(value);
  });
}

function proposedFor(a: Record, input: string, chosen: State): Answer<Proposal | null> {
  if (!isOpen(chosen.b)) return ready(null);
  return andThen<Proposal[], Proposal | null>(proposalsFor(a, input), ([first]) =>
    ready(first ?? null),
  );
}

/** Tell exactly what a side shows. */
export function exactly({ record, input, channel }: Side): Exact {
  const { run, tag, place } = record;
  return { run: run.run, step: place.step, input, layer: tag.layer, channel };
}

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
