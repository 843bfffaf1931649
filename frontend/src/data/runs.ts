/** Runs and layers of a listing, in the order and with the defaults that people expect. */

import { during } from "../state/busy";
import type { Selection } from "../state/state";
import {
  fetchLogDir,
  type Listing,
  type RecordAddress,
  type Run,
  type Series,
  type Step,
  type Tag,
} from "./api";
import { INPUT } from "./resources";

/** The layers of a run in the order of the model, without its inputs. */
export function layersOf(run: Run): Tag[] {
  return run.tags
    .filter((tag) => tag.layer !== INPUT)
    .sort(
      (first, second) =>
        (first.last_wall_time ?? 0) - (second.last_wall_time ?? 0) ||
        first.tag.localeCompare(second.tag),
    );
}

/** A run by its name, else the one to begin with. */
export function runOf(listing: Listing, name: string | null): Run | null {
  const named = listing.runs.find((run) => run.run === name);
  if (named || name !== null) return named ?? null;
  return listing.runs.reduce<Run | null>(
    (best, run) => (best === null || showsMore(run, best) ? run : best),
    null,
  );
}

/** Whether a run has more layers than another, or as many and was written to later. */
function showsMore(run: Run, other: Run): boolean {
  const layers = (of: Run) => layersOf(of).filter((tag) => tag.unreadable === null).length;
  const latest = (of: Run) => Math.max(-1, ...of.tags.map((tag) => tag.last_wall_time ?? 0));
  return (layers(run) - layers(other) || latest(run) - latest(other)) > 0;
}

/** A choice without a run or a layer that is not there, and in words what that was. */
export function withoutAbsent(
  selection: Selection,
  listing: Listing,
): { selection: Selection; words: string[] } {
  const words: string[] = [];
  let { run, layer } = selection;
  if (run !== null && !runOf(listing, run)) {
    const shown = runOf(listing, null)?.run;
    words.push(
      `There is no run “${run}”${shown === undefined ? "" : `; “${shown}” is shown`}.`,
    );
    run = null;
  }
  const tags = runOf(listing, run)?.tags ?? [];
  if (layer !== null && tags.length && !tags.some((tag) => tag.layer === layer)) {
    words.push(`Run “${runOf(listing, run)?.run}” has no layer “${layer}”; another is shown.`);
    layer = null;
  }
  return { selection: { ...selection, run, layer }, words };
}

/** The last record of a tag. */
export function latestAddress(run: string, tag: Tag): RecordAddress {
  return { run, tag: tag.tag, step: tag.last_step, wallTime: tag.last_wall_time };
}

/** The record of a step. */
export function addressOf(series: Series, step: Step): RecordAddress {
  return { run: series.run, tag: series.tag, step: step.step, wallTime: step.wall_time };
}

/** The steps of a series that can be read. */
export function readableSteps(series: Series): Step[] {
  return series.steps.filter((step) => step.unreadable === null);
}

/** The index of the last step that is not after the wanted one, else of the first. */
export function atOrBefore(steps: readonly Step[], step: number): number {
  let index = 0;
  steps.forEach((kept, i) => {
    if (kept.step <= step) index = i;
  });
  return index;
}

/** Where TensorBoard reads from, as it was given that; null where it does not tell. */
export async function logDirOf(): Promise<string | null> {
  try {
    return await during(() => fetchLogDir(new AbortController().signal));
  } catch {
    return null;
  }
}
