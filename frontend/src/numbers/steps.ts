/** Which step of a run belongs to which of another. */

/** What makes steps of several runs the same moment. */
export const ALIGNS = ["step", "epoch", "wall"] as const;
export type Align = (typeof ALIGNS)[number];

/** One step that a run has logged. */
export interface RunStep {
  step: number;
  epoch: number | null;
  /** In seconds. */
  wall_time: number;
}

/**
 * When a step was: its number, its epoch, or the seconds since the first of its run.
 *
 * Null where the epoch is not known.
 */
export function momentOf(
  steps: readonly RunStep[],
  runStep: RunStep,
  align: Align,
): number | null {
  return moment(runStep, align, align === "wall" ? firstWallTime(steps) : 0);
}

function moment(runStep: RunStep, align: Align, began: number): number | null {
  if (align === "step") return runStep.step;
  return align === "epoch" ? runStep.epoch : runStep.wall_time - began;
}

/**
 * The last step at or before a moment, or else the first one after it.
 *
 * Among several at one moment it is the one with the highest number. Null where there is
 * none whose moment is known.
 */
export function nearest<Step extends RunStep>(
  steps: readonly Step[],
  wanted: number,
  align: Align,
): Step | null {
  const began = firstWallTime(steps);
  const known = steps
    .map((step) => ({ step, at: moment(step, align, began) }))
    .filter((timed): timed is { step: Step; at: number } => timed.at !== null)
    .sort((a, b) => a.at - b.at || a.step.step - b.step.step);
  const before = known.findLast(({ at }) => at <= wanted);
  const first = known[0];
  return (before ?? known.findLast(({ at }) => at === first?.at))?.step ?? null;
}

/** How many steps there are after one. */
export function newerSteps(steps: readonly number[], than: number): number {
  return steps.filter((step) => step > than).length;
}

function firstWallTime(steps: readonly RunStep[]): number {
  let first = Infinity;
  for (const { wall_time } of steps) first = Math.min(first, wall_time);
  return first;
}
