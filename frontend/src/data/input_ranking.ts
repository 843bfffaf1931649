/** The inputs of a record, those first that a channel responds to most. */

import type { Header } from "./api";

/** An input, and what a channel has for it. */
export interface RankedInput {
  name: string;
  /** Null where it is not finite. */
  value: number | null;
}

export interface InputRanking {
  /** What the value is: the mean where a layer has values below zero. */
  by: "maximum" | "mean";
  inputs: RankedInput[];
  /** Names of inputs for which the record states no such number. */
  unknown: string[];
}

/**
 * All inputs by the maximum of a channel; in a layer with values below zero by its mean, as
 * a maximum there says nothing of what is strongly negative. What is not finite comes last.
 */
export function inputRanking(
  { inputs }: Pick<Header, "inputs">,
  channel: number,
): InputRanking {
  const signed = inputs.some(({ minimum }) => minimum?.some((value) => (value ?? 0) < 0));
  const by = signed ? "mean" : "maximum";
  const unknown: string[] = [];
  const known: RankedInput[] = [];
  for (const input of inputs) {
    const value = input[by]?.[channel];
    if (value === undefined) unknown.push(input.name);
    else known.push({ name: input.name, value });
  }
  // A sort keeps what is equal in the order of the record.
  known.sort((a, b) => compared(b.value, a.value));
  return { by, inputs: known, unknown };
}

function compared(first: number | null, second: number | null): number {
  if (first === second) return 0;
  if (first === null) return -1;
  if (second === null) return 1;
  return first - second;
}
