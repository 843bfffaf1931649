/** The two sides of a comparison, and what side B is where it is left open. */

import type { Selection, State } from "../state/state";
import type { Series } from "./api";
import { type Answer, andThen, ready } from "./queries";
import {
  addressIn,
  chosenRecord,
  chosenRun,
  chosenTag,
  inputNames,
  inputNumber,
  type LayerRecord,
  present,
  recordAt,
  type ShownRecord,
  withValues,
} from "./records";
import { listedRuns, stepsOf } from "./resources";
import { readableSteps } from "./runs";
import { alignedAddress } from "./step_alignment";

/** One side of a comparison, without its values. */
export interface ComparedSide {
  record: LayerRecord;
  input: string;
  channel: number | null;
}

/** Both sides, and how B was found where it was left open. */
export interface ComparedSides {
  a: ComparedSide;
  b: ComparedSide;
  proposal: Proposal | null;
}

/** What is on side A. */
export function sideA(chosen: State): Answer<ComparedSide> {
  return andThen(chosenRecord(present(chosen.a)), (record) =>
    ready(sideWith(record, chosen.a.input, chosen.a.channel)),
  );
}

/** What is on both sides. */
export function sidesOf(chosen: State): Answer<ComparedSides> {
  return andThen(sideA(chosen), (a) =>
    andThen(sideB(a.record, chosen), (sideAndProposal) => ready({ a, ...sideAndProposal })),
  );
}

/** What is on both sides, with its values. */
export function shownSides(chosen: State): Answer<{ a: ShownRecord; b: ShownRecord }> {
  return andThen(sidesOf(chosen), ({ a, b }) => {
    // Both before either is waited for, so that they are asked for at once.
    const [valuesA, valuesB] = [withValues(a.record, a.input), withValues(b.record, b.input)];
    return andThen(valuesA, (shownA) =>
      andThen(valuesB, (shownB) => ready({ a: shownA, b: shownB })),
    );
  });
}

/** Side B for a record of side A. */
function sideB(
  a: LayerRecord,
  chosen: State,
): Answer<{ b: ComparedSide; proposal: Proposal | null }> {
  const input = nameOf(a, chosen.a.input);
  return andThen(proposedFor(a, input, chosen), (proposed) => {
    const b = proposed ? { ...chosen.b, [proposed.part]: proposed.value } : chosen.b;
    const selection: Selection = {
      ...b,
      run: b.run ?? a.run.run,
      layer: b.layer ?? a.tag.layer,
    };
    return andThen(chosenTag(selection), ({ run, tag }) => {
      const address =
        b.step === null
          ? alignedAddress(run, tag, a, chosen.align)
          : addressIn(run, tag, b.step);
      const record = andThen(address, (addressB) => recordAt(run, tag, addressB));
      return andThen(record, (recordB) =>
        ready({
          b: sideWith(recordB, b.input ?? input, b.channel ?? chosen.a.channel),
          proposal: proposed,
        }),
      );
    });
  });
}

/** What a side is made of, as it is chosen from lists. */
export const LISTED = ["run", "step", "input", "layer"] as const;
export type ListedPart = (typeof LISTED)[number];

/** What a part of a side is where it is left open: which one, and why that one. */
export interface OpenPart {
  words: string;
  value: string;
}

const OPEN_A = { run: "last written", step: "latest", input: "first", layer: "suggested" };
/** Where B cannot be as A. */
const UNLIKE_A = { run: "", step: "aligned with A", input: "first", layer: "" };

/** What a side would show if this part of it were left open, the rest being as it is. */
export function openPart(side: "a" | "b", part: ListedPart, chosen: State): Answer<OpenPart> {
  const opened = { ...chosen, [side]: { ...chosen[side], [part]: null } };
  if (side === "a") {
    return andThen(partOfA(present(opened.a), part), (value) =>
      ready({ words: OPEN_A[part], value }),
    );
  }
  return andThen(sidesOf(opened), ({ a, b, proposal }) => {
    const [valueA, value] = [a, b].map((one) => String(exactSelection(one)[part]));
    if (proposal?.part === part) return ready({ words: proposal.words, value: value! });
    return ready({ words: value === valueA ? "as A" : UNLIKE_A[part], value: value! });
  });
}

/** A part of A, without waiting for more than it takes to know that. */
function partOfA(selection: Selection, part: ListedPart): Answer<string> {
  if (part === "input") {
    return andThen(chosenRecord(selection), (record) => ready(nameOf(record, selection.input)));
  }
  if (part === "run") return andThen(chosenRun(selection), ({ run }) => ready(run));
  return andThen(chosenTag(selection), ({ run, tag }) =>
    part === "layer"
      ? ready(tag.layer)
      : andThen(addressIn(run, tag, selection.step), ({ step }) => ready(String(step))),
  );
}

/** The values of side B for a record of side A. */
export function shownSideB(a: LayerRecord, chosen: State): Answer<ShownRecord> {
  return andThen(sideB(a, chosen), ({ b }) => withValues(b.record, b.input));
}

function sideWith(
  record: LayerRecord,
  input: string | null,
  channel: number | null,
): ComparedSide {
  return { record, input: nameOf(record, input), channel };
}

function nameOf({ header }: LayerRecord, input: string | null): string {
  return header.inputs[inputNumber(header, input)]?.name ?? "";
}

/** All that a record of side A can be compared with at once. */
export function proposalsFor(a: LayerRecord, input: string): Answer<Proposal[]> {
  return andThen<Series, Proposal[]>(stepsOf(a.run.run, a.tag), (series) => {
    const runs = listedRuns().filter((run) =>
      run.tags.some((tag) => tag.layer === a.tag.layer),
    );
    return ready(
      proposals({
        steps: readableSteps(series).map(({ step }) => step),
        step: a.address.step,
        inputs: inputNames(a.header),
        input,
        runs: runs.map(({ run }) => run),
        run: a.run.run,
      }),
    );
  });
}

function proposedFor(a: LayerRecord, input: string, chosen: State): Answer<Proposal | null> {
  if (!isOpen(chosen.b)) return ready(null);
  return andThen<Proposal[], Proposal | null>(proposalsFor(a, input), ([first]) =>
    ready(first ?? null),
  );
}

/** What a side shows, exactly. */
export function exactSelection({ record, input, channel }: ComparedSide): ExactSelection {
  const { run, tag, address } = record;
  return { run: run.run, step: address.step, input, layer: tag.layer, channel };
}

/** Something to compare with that is another part of A, and which one in words. */
export type Proposal =
  | { part: "step"; value: number; words: string }
  | { part: "input" | "run"; value: string; words: string };

/** What there is to compare with. */
export interface Comparables {
  /** Steps that can be read, in order, and the one of A. */
  steps: readonly number[];
  step: number;
  inputs: readonly string[];
  input: string;
  /** Runs that have the layer. */
  runs: readonly string[];
  run: string;
}

/** All that A can be compared with at once, the one that says most first. */
export function proposals({ steps, step, inputs, input, runs, run }: Comparables): Proposal[] {
  const all: Proposal[] = [];
  const [first, last] = [steps[0], steps.at(-1)];
  if (first !== undefined && first !== step) {
    all.push({ part: "step", value: first, words: "first step" });
  }
  if (last !== undefined && last !== step && last !== first) {
    all.push({ part: "step", value: last, words: "latest step" });
  }
  const nextInput = after(inputs, input);
  if (nextInput !== null) {
    all.push({ part: "input", value: nextInput, words: "next input" });
  }
  const nextRun = after(runs, run);
  if (nextRun !== null) {
    all.push({ part: "run", value: nextRun, words: "next run with this layer" });
  }
  return all;
}

/** Whether a proposal, and nothing else, was chosen for side B. */
export function isChosen({ part, value }: Proposal, b: Selection): boolean {
  return b[part] === value && isOpen({ ...b, [part]: null });
}

/** What follows in a list, the first after the last; null where there is nothing else. */
function after(list: readonly string[], item: string): string | null {
  const next = list[(list.indexOf(item) + 1) % list.length];
  return next === undefined || next === item ? null : next;
}

/** Whether nothing was chosen for side B. */
export function isOpen(b: Selection): boolean {
  return Object.values(b).every((part) => part === null);
}

/** What identifies a side. */
export interface ExactSelection {
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
  { a: exactA, b: exactB }: { a: ExactSelection; b: ExactSelection },
  following: boolean,
): { a: Selection; b: Selection } {
  const result = {
    a: { ...a },
    b: { run: null, step: null, input: null, layer: null, channel: null },
  };
  for (const part of ["run", "step", "input", "layer", "channel"] as const) {
    if (exactA[part] === exactB[part] && part !== "step") continue;
    // The latest step of one run need not be that of another.
    if (exactA[part] === exactB[part] && exactA.run === exactB.run) continue;
    Object.assign(result.a, { [part]: exactB[part] });
    const follows = part === "step" && following && exactA.step === exactB.step;
    if (!follows) Object.assign(result.b, { [part]: exactA[part] });
  }
  return result;
}
