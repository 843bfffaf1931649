/** The two sides of a comparison. */

import type { Selection, State } from "../state/state";
import { alignedPlace } from "./aligning";
import type { Answer } from "./answers";
import type { Series } from "./api";
import { type Exact, isOpen, type Proposal, proposals } from "./proposal";
import { headerOf, listing, stepsOf } from "./resources";
import {
  andThen,
  chosenRecord,
  chosenTag,
  inputIn,
  placeIn,
  present,
  type Record,
  type Shown,
  shownOf,
} from "./shown";

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
  return andThen(chosenRecord(present(chosen.a)), (record) => ({
    state: "ready",
    value: sideOf(record, chosen.a.input, chosen.a.channel),
  }));
}

/** What is on both sides. */
export function sidesOf(chosen: State): Answer<Sides> {
  return andThen(sideA(chosen), (a) =>
    andThen(sideB(a.record, chosen), (found) => ({ state: "ready", value: { a, ...found } })),
  );
}

/** What is on both sides, with its values. */
export function bothShown(chosen: State): Answer<{ a: Shown; b: Shown }> {
  return andThen(sidesOf(chosen), ({ a, b }) => {
    // Both before either is waited for, so that they are asked for at once.
    const first = shownOf(a.record, a.input);
    const second = shownOf(b.record, b.input);
    return andThen(first, (one) =>
      andThen(second, (other) => ({ state: "ready", value: { a: one, b: other } })),
    );
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
        andThen(headerOf(found), (header) => ({
          state: "ready",
          value: {
            b: sideOf(
              { run, tag, place: found, header },
              b.input ?? input,
              b.channel ?? chosen.a.channel,
            ),
            proposal: proposed,
          },
        })),
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
    const runs = listing.value.state === "ready" ? listing.value.value.runs : [];
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
    return { state: "ready", value };
  });
}

function proposedFor(a: Record, input: string, chosen: State): Answer<Proposal | null> {
  if (!isOpen(chosen.b)) return { state: "ready", value: null };
  return andThen<Proposal[], Proposal | null>(proposalsFor(a, input), ([first]) => ({
    state: "ready",
    value: first ?? null,
  }));
}

/** Tell exactly what a side shows. */
export function exactly({ record, input, channel }: Side): Exact {
  const { run, tag, place } = record;
  return { run: run.run, step: place.step, input, layer: tag.layer, channel };
}
