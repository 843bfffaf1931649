/** What a scale shows of values, and how many it cannot show. */

import { type Limits, union } from "./limits";
import type { Matrix } from "./matrix";
import { classify, MARKS, type Mark, withSlack } from "./scale";

/** How many values have each mark. */
export type MarkCounts = Readonly<Record<Mark, number>>;

/** The ends of the scales of all that is drawn, and how many values they cannot show. */
export interface Coverage {
  /** Null where nothing is drawn. */
  limits: Limits | null;
  marks: MarkCounts;
}

type Counts = Record<Mark, number>;

const none = (): Counts => ({ 0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 });

/** What covers nothing. */
export const NOTHING: Coverage = { limits: null, marks: none() };

/** Count values from `start` to before `end` by what a scale cannot show of them. */
export function countMarks(
  values: Float32Array,
  limits: Limits,
  start = 0,
  end = values.length,
): MarkCounts {
  const counts = none();
  const { low, high } = withSlack(limits);
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    // Comparisons with NaN are false.
    if (value >= low && value <= high) counts[MARKS.none]++;
    else counts[classify(value, limits)]++;
  }
  return counts;
}

/** What several cover together. */
export function together(all: readonly Coverage[]): Coverage {
  const marks = none();
  for (const one of all) {
    for (const mark of Object.values(MARKS)) marks[mark] += one.marks[mark];
  }
  const limits = all.reduce<Limits | null>((sum, one) => union(sum, one.limits), null);
  return { limits, marks };
}

/** What the scales of its rows show of a matrix; what is missing counts nowhere. */
export function matrixCoverage(matrix: Matrix, limitsOf: (row: number) => Limits): Coverage {
  const { rows, columns, values, missing } = matrix;
  return together(
    Array.from({ length: rows }, (_, row) => {
      const [start, end] = [row * columns, (row + 1) * columns];
      const there = values.slice(start, end).filter((_, i) => !missing[start + i]);
      const limits = limitsOf(row);
      return { limits, marks: countMarks(there, limits) };
    }),
  );
}
