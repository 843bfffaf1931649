/** What is chosen, put together from what has been answered, and what of it is not there. */

import type { Maps } from "../numbers/decode";
import type { Selection } from "../state/state";
import type { Header, InputHeader, Place, Run, Series, Tag } from "./api";
import { Openings } from "./opening";
import { type Answer, andThen, failed, ready } from "./queries";
import { headerOf, INPUT, listing, mapsOf, stepsOf } from "./resources";
import { atOrBefore, latestOf, placeOf, runOf, without } from "./runs";

const openings = new Openings((run, tag) => headerOf(latestOf(run, tag)));

/** A layer at one step. */
export interface Record {
  run: Run;
  tag: Tag;
  place: Place;
  header: Header;
}

/** A layer at one step for one input, with its values. */
export interface Shown extends Record {
  /** Number of the input in the record. */
  number: number;
  input: InputHeader;
  maps: Maps;
}

/** A choice without what is not there, or not yet; what is useful takes its place. */
export function present(selection: Selection): Selection {
  const answer = listing.value;
  return answer.state === "ready" ? without(selection, answer.value).selection : selection;
}

/** The run that is chosen, or the latest. */
export function chosenRun(selection: Selection): Answer<Run> {
  return andThen(listing.value, (value) => {
    const run = runOf(value, selection.run);
    if (!run) {
      return failed(
        selection.run === null ? "There are no runs." : `There is no run “${selection.run}”.`,
      );
    }
    return ready(run);
  });
}

/** The layer that is chosen, or one near the middle that shows something at once. */
export function chosenTag(selection: Selection): Answer<{ run: Run; tag: Tag }> {
  return andThen(chosenRun(selection), (run) => {
    if (selection.layer !== null) {
      const tag = run.tags.find((one) => one.layer === selection.layer);
      return tag
        ? ready({ run, tag })
        : failed(`Run “${run.run}” has no layer “${selection.layer}”.`);
    }
    const opening = openings.of(run);
    return opening
      ? andThen(opening, (tag) => ready({ run, tag }))
      : failed(run.unreadable ?? "The run has no layers.");
  });
}

/** The records of the layer that is chosen. */
export function chosenSeries(selection: Selection): Answer<Series> {
  return andThen(chosenTag(selection), ({ run, tag }) => stepsOf(run.run, tag));
}

/** The record that is chosen: the latest, or the last one not after the step. */
export function chosenRecord(selection: Selection): Answer<Record> {
  return andThen(chosenTag(selection), ({ run, tag }) =>
    andThen(placeIn(run, tag, selection.step), (place) =>
      andThen(headerOf(place), (header) => ready({ run, tag, place, header })),
    ),
  );
}

/** The record of a tag at a step, or the last one before it; null for the latest. */
export function placeIn(run: Run, tag: Tag, step: number | null): Answer<Place> {
  if (tag.unreadable !== null) return failed(tag.unreadable);
  if (step === null || step === tag.last_step) {
    return ready(latestOf(run.run, tag));
  }
  return andThen(stepsOf(run.run, tag), (series) => {
    const found = series.steps[atOrBefore(series.steps, step)];
    if (!found) return failed("TensorBoard has kept no record of this layer.");
    if (found.unreadable !== null) return failed(found.unreadable);
    return ready(placeOf(series, found));
  });
}

/** The number of an input in a record: the one that is named, else the first. */
export function inputIn(header: Header, name: string | null): number {
  return Math.max(
    0,
    header.inputs.findIndex((one) => one.name === name),
  );
}

/** What is chosen, with its values. */
export function shown(selection: Selection): Answer<Shown> {
  return andThen(chosenRecord(selection), (record) => shownOf(record, selection.input));
}

/** A record with the values of the input that is named, else of the first. */
export function shownOf(record: Record, name: string | null): Answer<Shown> {
  const number = inputIn(record.header, name);
  const input = record.header.inputs[number];
  if (!input) return failed("The record has no inputs.");
  return andThen(mapsOf(record.place, record.header, number), (maps) =>
    ready({ ...record, number, input, maps }),
  );
}

/** The pictures of the inputs as they were at a step; null where none were logged. */
export function picturesOf(run: Run, step: number): Answer<Record | null> {
  const tag = run.tags.find((one) => one.layer === INPUT);
  if (!tag) return ready(null);
  return andThen(placeIn(run, tag, step), (place) =>
    andThen(headerOf(place), (header) => ready({ run, tag, place, header })),
  );
}

/** The picture of an input as it was at a step; null where none was logged. */
export function pictureOf(run: Run, step: number, name: string): Answer<Maps | null> {
  return andThen<Record | null, Maps | null>(picturesOf(run, step), (record) => {
    const number = record?.header.inputs.findIndex((one) => one.name === name) ?? -1;
    if (!record || number < 0) return ready(null);
    return mapsOf(record.place, record.header, number);
  });
}

export type Part = keyof Selection;

/** A choice, and the parts of it that were not there while it was looked at. */
export interface Told {
  selection: Selection;
  absent: ReadonlySet<Part>;
}

/** The parts of a choice that are not there, as far as that is known. */
export function absentIn(selection: Selection): ReadonlySet<Part> | null {
  const answer = listing.value;
  if (answer.state !== "ready") return null;
  const { selection: present } = without(selection, answer.value);
  const absent = new Set<Part>();
  if (selection.run !== present.run) absent.add("run");
  if (selection.layer !== present.layer) absent.add("layer");
  const record = runOf(answer.value, present.run) ? chosenRecord(present) : null;
  if (record?.state !== "ready") return null;
  const { inputs } = record.value.header;
  if (selection.input !== null && !inputs.some(({ name }) => name === selection.input)) {
    absent.add("input");
  }
  if ((selection.channel ?? -1) >= (inputs[0]?.packed.shape[2] ?? Infinity)) {
    absent.add("channel");
  }
  return absent;
}

/** What may be forgotten: what was told not to be there, is not there now, and is as it was. */
export function forgotten(
  before: Told | null,
  { selection, absent }: Told,
): Partial<Selection> | null {
  if (!before || before.selection === selection) return null;
  const parts = [...absent].filter(
    (part) => before.absent.has(part) && before.selection[part] === selection[part],
  );
  return parts.length ? Object.fromEntries(parts.map((part) => [part, null])) : null;
}
