/** A scalar of a training -> points along the steps that records were kept of. */

/** A step that was kept; its wall time in seconds, null where it is not known. */
export interface TimedStep {
  step: number;
  wall_time: number | null;
}

/** A number at each of some steps, ascending; null where it is not finite. */
export interface ScalarPoints {
  steps: readonly number[];
  wall_times: readonly (number | null)[];
  values: readonly (number | null)[];
}

/** A scalar beside the kept steps. */
export interface AlongSteps {
  /** What both were brought together by. */
  by: "step" | "time";
  /** `x` counts in kept steps, from 0; the steps between are between. */
  points: { x: number; y: number | null }[];
  /** The index of the scalar's point that each kept step has: the last not after it. */
  at: (number | null)[];
  /** How many points lie before the first kept step, or after the last. */
  beyond: number;
}

/** What steps count; null where that is not known. */
export type Counted = "epochs" | "batches" | null;

/** What the steps of records count, by what a record says of where in a training it is. */
export function countedByRecord(position: Readonly<Record<string, number>>): Counted {
  if ("batch" in position) return "batches";
  return "epoch" in position ? "epochs" : null;
}

/** What the steps of a scalar count, as far as Keras names it so. */
export function countedByScalar(name: string): Counted {
  const tag = name.slice(name.lastIndexOf(" ") + 1);
  if (tag.startsWith("epoch_")) return "epochs";
  return tag.startsWith("batch_") || tag.endsWith("_vs_iterations") ? "batches" : null;
}

/**
 * Bring a scalar and kept steps together.
 *
 * By step; by the time they were written only where one counts epochs and the other one
 * batches, since records may be written late.
 */
export function alongSteps(
  kept: readonly TimedStep[],
  scalar: ScalarPoints,
  counted: { records: Counted; scalar: Counted },
): AlongSteps {
  const times = { kept: ascending(kept.map((one) => one.wall_time)), scalar: known(scalar) };
  const differ = counted.records && counted.scalar && counted.records !== counted.scalar;
  if (differ && times.kept && times.scalar) {
    return placed("time", times.kept, times.scalar, scalar.values);
  }
  const steps = kept.map(({ step }) => step);
  return placed("step", steps, scalar.steps, scalar.values);
}

function placed(
  by: "step" | "time",
  kept: readonly number[],
  scalar: readonly number[],
  values: readonly (number | null)[],
): AlongSteps {
  const places = scalar.map((one) => placeOf(kept, one));
  const points = places.flatMap((x, i) => (x === null ? [] : [{ x, y: values[i] ?? null }]));
  const at = kept.map((one) => {
    const index = scalar.findLastIndex((other) => other <= one);
    return index < 0 ? null : index;
  });
  return { by, points, at, beyond: scalar.length - points.length };
}

/** Where a number is among ascending ones, counted from 0; null before and after them. */
function placeOf(among: readonly number[], wanted: number): number | null {
  const before = among.findLastIndex((one) => one <= wanted);
  if (before < 0) return null;
  const [low, high] = [among[before]!, among[before + 1]];
  if (low === wanted) return before;
  return high === undefined ? null : before + (wanted - low) / (high - low);
}

function known({ wall_times }: ScalarPoints): number[] | null {
  const all = wall_times.filter((time) => time !== null);
  return all.length === wall_times.length ? all : null;
}

/** Times, if all are known and none is before the one before it. */
function ascending(times: readonly (number | null)[]): number[] | null {
  const all = times.filter((time) => time !== null);
  const rising = all.every((time, i) => i === 0 || time >= all[i - 1]!);
  return rising && all.length === times.length ? all : null;
}
