/** One layer at one step for all of its inputs. */

import type { Answer } from "./answers";
import { type Record, type Shown, inputIn, shownOf, andThen } from "./shown";

/** How many inputs are shown beside each other. */
export const MOST_INPUTS = 24;

/** The names of the two inputs that are compared; null where there is only one. */
export function pairOf(
  { header }: Pick<Record, "header">,
  a: string | null,
  b: string | null,
): [string, string] | null {
  const names = header.inputs.map((one) => one.name);
  const first = names[inputIn(header, a)];
  const second = names.find((name) => name === b && name !== first);
  const other = second ?? names.find((name) => name !== first);
  return first === undefined || other === undefined ? null : [first, other];
}

/** The inputs to show, in the order of the record: those compared, and the first others. */
export function columnsOf(
  { header }: Pick<Record, "header">,
  pair: readonly string[],
): string[] {
  const names = header.inputs.map((one) => one.name);
  const others = names.filter((name) => !pair.includes(name));
  const wanted = new Set([...pair, ...others.slice(0, MOST_INPUTS - pair.length)]);
  return names.filter((name) => wanted.has(name));
}

/** The values for each of some inputs, or what the first of them fails by. */
export function eachInput<T>(
  record: Record,
  names: readonly string[],
  next: (one: Shown) => Answer<T>,
): Answer<T[]> {
  // All are asked for at once, before any of them is waited for.
  const answers = names.map((name) => andThen(shownOf(record, name), next));
  const values: T[] = [];
  for (const answer of answers) {
    if (answer.state !== "ready") return answer;
    values.push(answer.value);
  }
  return { state: "ready", value: values };
}
