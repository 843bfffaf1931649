/** Which step of a run belongs to which of another. */

/** What makes steps of several runs the same moment. */
export const ALIGNS = ["step", "epoch", "wall"] as const;
export type Align = (typeof ALIGNS)[number];

/** One step that a run has logged. */
export interface StepEntry {
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
  entries: readonly StepEntry[],
  entry: StepEntry,
  align: Align,
): number | null {
  return moment(entry, align, align === "wall" ? firstWallTime(entries) : 0);
}

function moment(entry: StepEntry, align: Align, began: number): number | null {
  if (align === "step") return entry.step;
  return align === "epoch" ? entry.epoch : entry.wall_time - began;
}

/**
 * The last step at or before a moment, or else the first one after it.
 *
 * Of several at one moment it is the one with the highest number. Null where there is
 * none whose moment is known.
 */
export function nearest<Entry extends StepEntry>(
  entries: readonly Entry[],
  wanted: number,
  align: Align,
): Entry | null {
  const began = firstWallTime(entries);
  const known = entries
    .map((entry) => ({ entry, at: moment(entry, align, began) }))
    .filter((one): one is { entry: Entry; at: number } => one.at !== null)
    .sort((a, b) => a.at - b.at || a.entry.step - b.entry.step);
  const before = known.findLast(({ at }) => at <= wanted);
  const first = known[0];
  return (before ?? known.findLast(({ at }) => at === first?.at))?.entry ?? null;
}

function firstWallTime(entries: readonly StepEntry[]): number {
  let first = Infinity;
  for (const { wall_time } of entries) first = Math.min(first, wall_time);
  return first;
}
