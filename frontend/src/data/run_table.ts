/** What a table of layers × runs has as its rows and columns. */

import { matching } from "../numbers/tree";
import type { State } from "../state/state";
import type { Run } from "./api";
import { type Answer, andThen, known, ready } from "./queries";
import { chosenRecord, inputNames, inputNumber, present } from "./records";
import { listedRuns, runOrderOf } from "./resources";
import { filteredRuns } from "./run_filter";
import { inOrder, layersOfAll, type Reference } from "./run_matrix";
import { layersOf } from "./runs";

export interface RunTable {
  reference: Reference;
  /** The layers shown, in the order of the models, and how many there are in all. */
  layers: readonly string[];
  all: number;
  /** In TensorBoard's order. */
  runs: readonly Run[];
  /** How many runs the filter hides. */
  hidden: number;
}

/** The layers and the runs that are shown, and what these are compared with. */
export function runTable(chosen: State): Answer<RunTable> {
  const filtered = filteredRuns(chosen);
  const logged = filtered.runs.filter((run) => layersOf(run).length);
  const runs = inOrder(logged, known(runOrderOf(listedRuns())) ?? []);
  return andThen(chosenRecord(present(chosen.a)), (record) => {
    const input = inputNames(record.header)[inputNumber(record.header, chosen.a.input)] ?? "";
    const ownFirst = [record.run, ...runs.filter(({ run }) => run !== record.run.run)];
    const all = layersOfAll(ownFirst).map((layer) => ({ layer }));
    return ready({
      reference: { record, input, align: chosen.align },
      layers: matching(all, chosen.layers).tags.map(({ layer }) => layer),
      all: all.length,
      runs,
      hidden: filtered.hidden,
    });
  });
}

/** How many of the layers more than one run has; nothing can be compared in the others. */
export function sharedLayers({ layers, runs }: Pick<RunTable, "layers" | "runs">): number {
  const holders = runs.map(({ tags }) => new Set(tags.map(({ layer }) => layer)));
  return layers.filter((layer) => holders.filter((one) => one.has(layer)).length > 1).length;
}
