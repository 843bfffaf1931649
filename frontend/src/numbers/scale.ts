/** Where a value is on a scale, and how many values no scale can show. */

import { finiteLimits, type Limits, symmetric, union } from "./limits";
import type { Matrix } from "./matrix";

/** How values become positions from 0 to 1, the two ends of a colour map. */
export interface Scale {
  limits: Limits;
  /** Exponent of positions: below 1 small values are lifted. */
  gamma: number;
  /** Whether positions are logarithmic, in place of the exponent. */
  log?: boolean;
  /** Whether zero is in the middle; gamma then acts on the magnitude. */
  signed: boolean;
}

/** What a scale cannot tell of a value: it is at an end of the colours, or not finite. */
export const MARKS = { none: 0, below: 1, above: 2, nan: 3, plus: 4, minus: 5 } as const;

/** 0 none, 1 below the limits, 2 above them, 3 NaN, 4 and 5 plus and minus infinity. */
export type Mark = (typeof MARKS)[keyof typeof MARKS];

/** Of what is not finite. */
export type NonFinite = typeof MARKS.nan | typeof MARKS.plus | typeof MARKS.minus;

const FLOAT32_EPSILON = 2 ** -23;

/** Limits and what rounding of float32 may add to them: it belongs to the scale. */
function withSlack({ low, high }: Limits): Limits {
  const slack = 2 * FLOAT32_EPSILON * Math.max(Math.abs(low), Math.abs(high));
  return { low: low - slack, high: high + slack };
}

/** Which mark a value gets. */
export function classify(value: number, limits: Limits): Mark {
  if (Number.isNaN(value)) return MARKS.nan;
  if (value === Infinity) return MARKS.plus;
  if (value === -Infinity) return MARKS.minus;
  const { low, high } = withSlack(limits);
  if (value < low) return MARKS.below;
  return value > high ? MARKS.above : MARKS.none;
}

/**
 * Where a value is on a scale: `((value - low) / (high - low)) ** gamma`, 0 to 1.
 *
 * What is outside is at the nearer end, NaN stays NaN. Limits without width leave the
 * value as it is, clipped to 0 … 1, as `mat2gray` does. On a signed scale zero is at 0.5,
 * and the larger magnitude of the two limits is at 0 and 1; without one all is at 0.5.
 */
export function position(value: number, scale: Scale): number {
  return bend(linearPosition(value, scale), scale);
}

/** Where a value is before it is bent. */
function linearPosition(value: number, { limits, signed }: Scale): number {
  const inside = limits.low < limits.high ? clip(value, limits.low, limits.high) : value;
  const { low, high } = signed ? symmetric(limits) : limits;
  if (low < high) return clip((clip(inside, low, high) - low) / (high - low), 0, 1);
  return signed && !Number.isNaN(value) ? 0.5 : clip(value, 0, 1);
}

/** How many times smaller than the largest value the smallest is that a logarithm shows. */
const DECADES = 4;
const RATIO = 10 ** DECADES;

/** Moves a position: along a logarithm that begins at zero, else by an exponent. */
function curve(share: number, { gamma, log = false }: Scale): number {
  return log ? Math.log1p(share * (RATIO - 1)) / Math.log(RATIO) : share ** gamma;
}

/** The inverse of `curve`. */
function straighten(share: number, { gamma, log = false }: Scale): number {
  return log ? (RATIO ** share - 1) / (RATIO - 1) : share ** (1 / gamma);
}

function bend(linear: number, scale: Scale): number {
  return fromMiddle(linear, scale.signed, (share) => curve(share, scale));
}

/** The linear position that is bent to `position`. */
export function unbend(position: number, scale: Scale): number {
  return fromMiddle(position, scale.signed, (share) => straighten(share, scale));
}

/** Moves a position; on a signed scale its distance from the middle. */
function fromMiddle(place: number, signed: boolean, move: (share: number) => number): number {
  if (!signed) return move(place);
  const away = 2 * place - 1;
  return (1 + Math.sign(away) * move(Math.abs(away))) / 2;
}

function clip(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** How many values have each mark. */
export type MarkCounts = Readonly<Record<Mark, number>>;

/** What the scales of all that is drawn show of it. */
export interface Coverage {
  /** The ends of the scales; null where nothing is drawn. */
  limits: Limits | null;
  /** The smallest and the largest finite value that is drawn; null where there is none. */
  seen: Limits | null;
  marks: MarkCounts;
}

type Counts = Record<Mark, number>;

const none = (): Counts => ({ 0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 });

/** What covers nothing. */
export const NOTHING: Coverage = { limits: null, seen: null, marks: none() };

/** What a scale shows of values from `start` to before `end`. */
export function coverageOfValues(
  values: Float32Array,
  limits: Limits,
  start = 0,
  end = values.length,
): Coverage {
  const marks = countMarks(values, limits, start, end);
  return { limits, seen: finiteLimits(values, start, end), marks };
}

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
  for (const coverage of all) {
    for (const mark of Object.values(MARKS)) marks[mark] += coverage.marks[mark];
  }
  const over = (part: "limits" | "seen") =>
    all.reduce<Limits | null>((sum, coverage) => union(sum, coverage[part]), null);
  return { limits: over("limits"), seen: over("seen"), marks };
}

/** What the scales of its rows show of a matrix; what is missing counts nowhere. */
export function matrixCoverage(matrix: Matrix, limitsOf: (row: number) => Limits): Coverage {
  const { rows, columns, values, missing } = matrix;
  return together(
    Array.from({ length: rows }, (_, row) => {
      const [start, end] = [row * columns, (row + 1) * columns];
      const there = values.slice(start, end).filter((_, i) => !missing[start + i]);
      return coverageOfValues(there, limitsOf(row));
    }),
  );
}
