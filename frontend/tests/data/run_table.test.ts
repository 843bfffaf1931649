import { expect, it } from "vitest";
import type { Run } from "../../src/data/api";
import { sharedLayers } from "../../src/data/run_table";

function runOf(run: string, layers: readonly string[]): Run {
  const tags = layers.map((layer) => ({ tag: `${layer}/activations`, layer }));
  return { run, tags: tags as unknown as Run["tags"], unreadable: null };
}

it.each([
  [["conv", "relu"], [["conv", "relu"], ["relu"]], 1],
  [["conv", "relu", "eyes"], [["conv", "relu"], ["eyes"]], 0],
  [["conv"], [["conv"], ["conv"], ["conv"]], 1],
  [["eyes"], [["conv", "eyes"], ["conv"]], 0],
  [[], [["conv"], ["conv"]], 0],
])("layers %j of runs with %j: %i can be compared", (layers, all, shared) => {
  const runs = all.map((own, i) => runOf(`run ${i}`, own));
  expect(sharedLayers({ layers, runs })).toBe(shared);
});
