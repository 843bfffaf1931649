/** Scalars of layers over training -> how well each layer is at each step. */

import type { Matrix } from "./matrix";

/** What can be told of the health of a layer. */
export const HEALTH_KINDS = ["combined", "dead", "saturated", "nonfinite", "sparsity"] as const;
export type HealthKind = (typeof HEALTH_KINDS)[number];

/** Scalars of one layer by their names; null stands for what is not finite. */
export interface LayerScalars {
  layer: string;
  scalars: Record<string, { steps: readonly number[]; values: readonly (number | null)[] }>;
}

/** What was logged of a layer at a step; undefined where it was not. */
export type Facts = Partial<Record<string, number | null>>;

/** Layers × steps. */
export interface HealthTable {
  /** All steps at which any layer has a scalar. */
  steps: number[];
  /** By row, then by step. */
  facts: Map<number, Facts>[];
  /** Layers without any scalar. */
  silent: string[];
}

/** Bring the scalars of layers together by step, in the order of `layers`. */
export function healthTable(
  layers: readonly string[],
  told: readonly LayerScalars[],
): HealthTable {
  const known = new Map(told.map((one) => [one.layer, one.scalars]));
  const steps = new Set<number>();
  const silent: string[] = [];
  const facts = layers.map((layer) => {
    const row = new Map<number, Facts>();
    for (const [name, scalar] of Object.entries(known.get(layer) ?? {})) {
      scalar.steps.forEach((step, i) => {
        steps.add(step);
        const there = row.get(step) ?? {};
        there[name] = scalar.values[i] ?? null;
        row.set(step, there);
      });
    }
    if (!row.size) silent.push(layer);
    return row;
  });
  return { steps: [...steps].sort((one, other) => one - other), facts, silent };
}

/** Whether NaN or infinities are among the values of a layer, as its scalars tell. */
export function isBroken(facts: Facts): boolean {
  return (facts.nonfinite ?? 0) > 0 || Object.values(facts).includes(null);
}

/**
 * The first of the places up to `at` at all of which something holds, as it does at `at`;
 * null where that is not known of one of them or of the one before.
 */
export function beganAt(
  at: number,
  holds: (place: number) => boolean | undefined,
): number | null {
  for (let first = at; first > 0; first--) {
    const before = holds(first - 1);
    if (before === undefined) return null;
    if (!before) return first;
  }
  return 0;
}

/** The share that is shown of a layer at a step; NaN where values are not finite. */
export function shareOf(facts: Facts | undefined, kind: HealthKind): number | undefined {
  if (!facts || !Object.keys(facts).length) return undefined;
  if (isBroken(facts)) return NaN;
  if (kind === "nonfinite") return 0;
  if (kind !== "combined") return facts[kind] ?? undefined;
  const shares = [facts.dead, facts.saturated].filter((one) => typeof one === "number");
  return shares.length ? Math.max(...shares) : undefined;
}

/** Put the shares of a kind into rows of layers, steps as columns. */
export function healthMatrix({ steps, facts }: HealthTable, kind: HealthKind): Matrix {
  const values = new Float32Array(facts.length * steps.length).fill(NaN);
  const missing = new Uint8Array(values.length);
  facts.forEach((row, r) => {
    steps.forEach((step, c) => {
      const share = shareOf(row.get(step), kind);
      if (share === undefined) missing[r * steps.length + c] = 1;
      else values[r * steps.length + c] = share;
    });
  });
  return { rows: facts.length, columns: steps.length, values, missing };
}
