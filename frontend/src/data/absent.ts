/** What is chosen but not there: it is told, and forgotten once something else is chosen. */

import type { Selection } from "../state/state";
import { runOf, without } from "./catalog";
import { listing } from "./resources";
import { chosenRecord } from "./shown";

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
