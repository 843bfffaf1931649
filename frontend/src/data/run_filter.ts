/** Which runs are shown beside each other: those that a filter leaves. */

import { matcher } from "../numbers/tree";
import type { State } from "../state/state";
import { viewState } from "../state/view_state";
import type { Run } from "./api";
import { listedRuns } from "./resources";

/** Runs that a filter leaves. */
export interface FilteredRuns {
  runs: Run[];
  /** How many it hides. */
  hidden: number;
  filter: string;
  /** Whether the filter is that of TensorBoard's own list of runs. */
  isHosts: boolean;
  /** Why the filter cannot be read; then it hides none. */
  reason: string | null;
}

/** The runs whose names match the filter, and in any case those that are looked at. */
export function filteredRuns({ runFilter, a, b }: State): FilteredRuns {
  const filter = runFilter ?? viewState.hostRunFilter.value;
  const { matches, reason } = matcher(filter);
  const all = listedRuns();
  const runs = all.filter(({ run }) => run === a.run || run === b.run || matches(run));
  return {
    runs,
    hidden: all.length - runs.length,
    filter,
    isHosts: runFilter === null && filter !== "",
    reason,
  };
}
