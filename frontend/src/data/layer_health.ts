/** How the layers of a run fare over training, and beside it those of another run. */

import {
  firstKind,
  type HealthKind,
  type HealthTable,
  healthMatrix,
  healthTable,
} from "../numbers/health";
import type { Matrix } from "../numbers/matrix";
import { matching } from "../numbers/tree";
import type { State } from "../state/state";
import type { Health, Run } from "./api";
import { type Answer, andThen, ready } from "./queries";
import { healthOf } from "./resources";
import { filteredRuns } from "./run_filter";
import { layersOfAll } from "./run_matrix";
import { layersOf } from "./runs";

/** A run, and what was logged of its layers. */
export interface LoggedHealth {
  run: Run;
  health: Health;
}

/** What is shown of it. */
export interface RunHealth extends LoggedHealth {
  table: HealthTable;
  matrix: Matrix;
}

/** Layers × steps of one run or two. */
export interface HealthMaps {
  /** The rows of all maps, from the top, and how many layers there are in all. */
  layers: readonly string[];
  all: number;
  /** What of them is shown. */
  kind: HealthKind;
  maps: readonly RunHealth[];
}

/** A run with what was logged of its layers. */
export function withHealth(run: Run): Answer<LoggedHealth> {
  return andThen(healthOf(run), (health) => ready({ run, health }));
}

/** The runs that can be shown beside one. */
export function runsBeside(own: Run, chosen: State): Run[] {
  return filteredRuns(chosen).runs.filter((run) => run.run !== own.run && layersOf(run).length);
}

/** The run that is shown beside one; null for none. */
export function runBeside(own: Run, chosen: State): Run | null {
  return runsBeside(own, chosen).find(({ run }) => run === chosen.training.beside) ?? null;
}

/** The maps of one run or two, with the same rows. */
export function healthMaps(
  runs: readonly LoggedHealth[],
  { layers: search, training: { health: choice } }: Pick<State, "layers" | "training">,
): HealthMaps {
  const all = layersOfAll(runs.map(({ run }) => run)).map((layer) => ({ layer }));
  const layers = matching(all, search).tags.map(({ layer }) => layer);
  const tables = runs.map(({ health }) => healthTable(layers, health.layers));
  const kind = choice === "auto" ? firstKind(tables) : choice;
  const maps = runs.map((logged, i) => {
    const table = tables[i]!;
    return { ...logged, table, matrix: healthMatrix(table, kind) };
  });
  return { layers, all: all.length, kind, maps };
}
