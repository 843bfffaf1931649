/** What is chosen, put together from what has been answered, and what of it is not there. */

import type { Maps } from "../numbers/decode";
import { formOf, type MapForm } from "../numbers/map_form";
import type { Selection } from "../state/state";
import type { Header, InputHeader, Listing, RecordAddress, Run, Series, Tag } from "./api";
import { Openings } from "./opening";
import { type Answer, andThen, failed, known, ready } from "./queries";
import { headerOf, INPUT, listing, mapsOf, stepsOf } from "./resources";
import { addressOf, atOrBefore, latestAddress, runOf, withoutAbsent } from "./runs";

const openings = new Openings((run, tag) => headerOf(latestAddress(run, tag)));

/** A layer at one step. */
export interface LayerRecord {
  run: Run;
  tag: Tag;
  address: RecordAddress;
  header: Header;
}

/** A layer at one step for one input, with its values. */
export interface ShownRecord extends LayerRecord {
  /** Number of the input in the record. */
  number: number;
  input: InputHeader;
  maps: Maps;
}

/** A choice without what is not there, or not yet; what is useful takes its place. */
export function present(selection: Selection): Selection {
  const answer = listing.value;
  return answer.state === "ready"
    ? withoutAbsent(selection, answer.value).selection
    : selection;
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
      const tag = run.tags.find((tag) => tag.layer === selection.layer);
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
export function chosenRecord(selection: Selection): Answer<LayerRecord> {
  return andThen(chosenTag(selection), ({ run, tag }) => recordIn(run, tag, selection.step));
}

/** The record of a tag at a step, or the last one before it; null for the latest. */
export function recordIn(run: Run, tag: Tag, step: number | null): Answer<LayerRecord> {
  return andThen(addressIn(run, tag, step), (address) => recordAt(run, tag, address));
}

/** The record of a tag at an address. */
export function recordAt(run: Run, tag: Tag, address: RecordAddress): Answer<LayerRecord> {
  return andThen(headerOf(address), (header) => ready({ run, tag, address, header }));
}

/** Where the record of a tag at a step is, or the last one before it; null for the latest. */
export function addressIn(run: Run, tag: Tag, step: number | null): Answer<RecordAddress> {
  if (tag.unreadable !== null) return failed(tag.unreadable);
  if (step === null || step === tag.last_step) return ready(latestAddress(run.run, tag));
  return andThen(stepsOf(run.run, tag), (series) => {
    const kept = series.steps[atOrBefore(series.steps, step)];
    if (!kept) return failed("TensorBoard has kept no record of this layer.");
    if (kept.unreadable !== null) return failed(kept.unreadable);
    return ready(addressOf(series, kept));
  });
}

/** The number of an input in a record: the one of that name, else the first. */
export function inputNumber(header: Header, name: string | null): number {
  return name === null ? 0 : Math.max(0, inputNames(header).indexOf(name));
}

/** The names of the inputs of a record, in its order. */
export function inputNames(header: Header): string[] {
  return header.inputs.map((input) => input.name);
}

/** What is chosen, with its values. */
export function shownRecord(selection: Selection): Answer<ShownRecord> {
  return andThen(chosenRecord(selection), (record) => withValues(record, selection.input));
}

/** A record with the values of the input that is named, else of the first. */
export function withValues(record: LayerRecord, name: string | null): Answer<ShownRecord> {
  const number = inputNumber(record.header, name);
  const input = record.header.inputs[number];
  if (!input) return failed("The record has no inputs.");
  return andThen(mapsOf(record.address, record.header, number), (maps) =>
    ready({ ...record, number, input, maps }),
  );
}

/** The pictures of the inputs as they were at a step; null where none were logged. */
export function picturesOf(run: Run, step: number): Answer<LayerRecord | null> {
  const tag = run.tags.find((tag) => tag.layer === INPUT);
  if (!tag) return ready(null);
  return recordIn(run, tag, step);
}

/** The picture of an input as it was at a step; null where none was logged. */
export function pictureOf(run: Run, step: number, name: string): Answer<Maps | null> {
  return loggedInput(run, step, name, ["picture"]);
}

/** The picture or the signal that an input was at a step; null where none was logged. */
export function inputOf(run: Run, step: number, name: string): Answer<Maps | null> {
  return loggedInput(run, step, name, ["picture", "sequence"]);
}

/** An input as it was fed at a step, if it was logged and is of one of these forms. */
function loggedInput(
  run: Run,
  step: number,
  name: string,
  forms: readonly MapForm["kind"][],
): Answer<Maps | null> {
  return andThen<LayerRecord | null, Maps | null>(picturesOf(run, step), (record) => {
    const number = record ? inputNames(record.header).indexOf(name) : -1;
    const input = record?.header.inputs[number];
    if (!record || !input) return ready(null);
    if (!forms.includes(formOf(record.header.layer, input.shape).kind)) return ready(null);
    return mapsOf(record.address, record.header, number);
  });
}

/** What of a choice is not there, in words, and the choice of what is shown in its place. */
export interface Settled {
  words: string[];
  selection: Selection;
}

/** Compares a choice with what there is, as far as that is known. */
export function settled(chosen: Selection, listing: Listing): Settled {
  const { selection, words } = withoutAbsent(chosen, listing);
  const series = known(chosenSeries(selection));
  const missing = series && missingStep(series, selection.step);
  if (missing) {
    selection.step = missing.shown;
    words.push(missing.words);
  }
  const record = known(chosenRecord(selection));
  const names = record && inputNames(record.header);
  if (names?.length && selection.input !== null && !names.includes(selection.input)) {
    words.push(
      `Layer “${record?.tag.layer}” of run “${record?.run.run}” has no input ` +
        `“${selection.input}”; “${names[0]}” is shown.`,
    );
    selection.input = null;
  }
  return { words, selection };
}

/** That a series has not got a step, in words, and which is shown instead; null if it has. */
export function missingStep(
  { run, tag, steps, logged }: Series,
  wanted: number | null,
): { words: string; shown: number } | null {
  const shown = wanted === null ? undefined : steps[atOrBefore(steps, wanted)]?.step;
  if (shown === undefined || shown === wanted) return null;
  const layer = tag.replace(/\/[^/]*$/, "");
  // Where not all were kept it may have been there.
  const isThinned = logged !== null && steps.length < logged;
  const lacks = isThinned
    ? "This page has no"
    : logged === null
      ? "TensorBoard has kept no"
      : "There is no";
  return {
    words: `${lacks} step ${wanted} of layer “${layer}” of run “${run}”; step ${shown} is shown.`,
    shown,
  };
}

export type SelectionPart = keyof Selection;

/** A choice, and the parts of it that were not there while it was looked at. */
export interface AbsentChoice {
  selection: Selection;
  absent: ReadonlySet<SelectionPart>;
}

/** The parts of a choice that are not there, as far as that is known. */
export function absentIn(selection: Selection): ReadonlySet<SelectionPart> | null {
  const answer = listing.value;
  if (answer.state !== "ready") return null;
  const { selection: present } = withoutAbsent(selection, answer.value);
  const absent = new Set<SelectionPart>();
  if (selection.run !== present.run) absent.add("run");
  if (selection.layer !== present.layer) absent.add("layer");
  const record = runOf(answer.value, present.run) ? chosenRecord(present) : null;
  if (record?.state !== "ready") return null;
  const { header } = record.value;
  if (selection.input !== null && !inputNames(header).includes(selection.input)) {
    absent.add("input");
  }
  if ((selection.channel ?? -1) >= (header.inputs[0]?.packed.shape[2] ?? Infinity)) {
    absent.add("channel");
  }
  return absent;
}

/**
 * What may be forgotten: parts of a choice that were reported not to be there, are not
 * there now, and are as they were.
 */
export function forgotten(
  before: AbsentChoice | null,
  { selection, absent }: AbsentChoice,
): Partial<Selection> | null {
  if (!before || before.selection === selection) return null;
  const parts = [...absent].filter(
    (part) => before.absent.has(part) && before.selection[part] === selection[part],
  );
  return parts.length ? Object.fromEntries(parts.map((part) => [part, null])) : null;
}
