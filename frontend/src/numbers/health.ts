/** Scalars of layers over training -> how well each layer is at each step. */

import { type Limits, NO_LIMITS, percentileLimits, SHARE_LIMITS, symmetric } from "./limits";
import type { Matrix } from "./matrix";

/** What can be known of the health of a layer. */
export const HEALTH_KINDS = [
  "combined",
  "silent",
  "saturated",
  "nonfinite",
  "sparsity",
  "std",
  "mean",
] as const;
export type HealthKind = (typeof HEALTH_KINDS)[number];
/** `auto`: the first of these that shows something. */
export const HEALTH_CHOICES = ["auto", ...HEALTH_KINDS] as const;
export type HealthChoice = (typeof HEALTH_CHOICES)[number];

/** Percent of the cells that may be outside of the scale of numbers that are no shares. */
export const OUTLIERS = 2;

/** Scalars of one layer by their names; null stands for what is not finite. */
export interface LayerScalars {
  layer: string;
  scalars: Record<string, { steps: readonly number[]; values: readonly (number | null)[] }>;
}

/** What was logged of a layer at a step; undefined where it was not. */
export type ScalarsAtStep = Partial<Record<string, number | null>>;

/** Layers × steps. */
export interface HealthTable {
  /** All steps at which any layer has a scalar. */
  steps: number[];
  /** By row, then by step. */
  scalars: Map<number, ScalarsAtStep>[];
  /** Layers without any scalar. */
  notLogged: string[];
}

/** Bring the scalars of layers together by step, in the order of `layers`. */
export function healthTable(
  layers: readonly string[],
  logged: readonly LayerScalars[],
): HealthTable {
  const known = new Map(logged.map(({ layer, scalars }) => [layer, scalars]));
  const steps = new Set<number>();
  const notLogged: string[] = [];
  const scalars = layers.map((layer) => {
    const row = new Map<number, ScalarsAtStep>();
    for (const [name, scalar] of Object.entries(known.get(layer) ?? {})) {
      scalar.steps.forEach((step, i) => {
        steps.add(step);
        const there = row.get(step) ?? {};
        there[name] = scalar.values[i] ?? null;
        row.set(step, there);
      });
    }
    if (!row.size) notLogged.push(layer);
    return row;
  });
  return { steps: [...steps].sort((a, b) => a - b), scalars, notLogged };
}

/**
 * What was logged of a layer at the last step that is not after the wanted one, and which
 * step that is; null for the wanted one means the latest. Null where there is none.
 */
export function healthAt(
  { scalars }: LayerScalars,
  wanted: number | null,
): { step: number; scalars: ScalarsAtStep } | null {
  const places = Object.entries(scalars).map(([name, { steps, values }]) => {
    const at = steps.findLastIndex((step) => wanted === null || step <= wanted);
    return { name, step: steps[at], value: values[at] ?? null };
  });
  const step = Math.max(...places.map((place) => place.step ?? -Infinity));
  if (!Number.isFinite(step)) return null;
  const there = places.filter((place) => place.step === step);
  return { step, scalars: Object.fromEntries(there.map(({ name, value }) => [name, value])) };
}

/** Whether NaN or infinities are among the values of a layer, as its scalars say. */
export function isBroken(scalars: ScalarsAtStep): boolean {
  return (scalars.nonfinite ?? 0) > 0 || Object.values(scalars).includes(null);
}

/**
 * Since which index something has held without a break, as it does at the index `at`; null
 * where that is not known of one of them or of the one before.
 */
export function beganAt(
  at: number,
  holds: (index: number) => boolean | undefined,
): number | null {
  for (let first = at; first > 0; first--) {
    const before = holds(first - 1);
    if (before === undefined) return null;
    if (!before) return first;
  }
  return 0;
}

/** The number that is shown of a layer at a step; NaN where values are not finite. */
export function numberOf(
  scalars: ScalarsAtStep | undefined,
  kind: HealthKind,
): number | undefined {
  if (!scalars || !Object.keys(scalars).length) return undefined;
  if (isBroken(scalars)) return NaN;
  if (kind === "nonfinite") return 0;
  if (kind !== "combined") return scalars[kind] ?? undefined;
  const shares = [scalars.silent, scalars.saturated].filter(
    (share) => typeof share === "number",
  );
  return shares.length ? Math.max(...shares) : undefined;
}

/**
 * What is shown where nothing was chosen: silent and saturated shares, unless there are none.
 *
 * Then deviations tell more: those of layers without ReLU, as in a transformer, vanish or
 * explode.
 */
export function firstKind(tables: readonly HealthTable[]): HealthKind {
  const all = tables.flatMap(({ scalars }) => scalars.flatMap((row) => [...row.values()]));
  const some = all.some((one) => (numberOf(one, "combined") ?? 0) > 0);
  return some || !all.some((one) => one.std !== undefined) ? "combined" : "std";
}

/** The ends of one scale for numbers of a kind: of a share all it can be, else without outliers. */
export function healthLimits(matrices: readonly Float32Array[], kind: HealthKind): Limits {
  if (kind !== "std" && kind !== "mean") return SHARE_LIMITS;
  const values = Float32Array.from(matrices.flatMap((one) => [...one]));
  const limits = percentileLimits(values, OUTLIERS) ?? NO_LIMITS;
  return kind === "mean" ? symmetric(limits) : { low: 0, high: limits.high };
}

/** Put the numbers of a kind into rows of layers, steps as columns. */
export function healthMatrix({ steps, scalars }: HealthTable, kind: HealthKind): Matrix {
  const values = new Float32Array(scalars.length * steps.length).fill(NaN);
  const missing = new Uint8Array(values.length);
  scalars.forEach((row, r) => {
    steps.forEach((step, c) => {
      const number = numberOf(row.get(step), kind);
      if (number === undefined) missing[r * steps.length + c] = 1;
      else values[r * steps.length + c] = number;
    });
  });
  return { rows: scalars.length, columns: steps.length, values, missing };
}
