import { expect, it } from "vitest";
import type { Run } from "../../src/data/api";
import { inOrder, layersOfAll } from "../../src/data/run_matrix";

/** A run with layers, written one after the other. */
function run(name: string, ...layers: string[]): Run {
  return {
    run: name,
    unreadable: null,
    tags: layers.map((layer, i) => ({
      tag: `${layer}/activations`,
      layer,
      last_step: 0,
      last_wall_time: i,
      unreadable: null,
    })),
  };
}

it("puts runs into TensorBoard's order, and those that it does not name last", () => {
  const runs = ["a", "b", "c", "d"].map((name) => run(name));
  const found = inOrder(runs, ["other", "c", "a"]);
  expect(found.map((one) => one.run)).toEqual(["c", "a", "b", "d"]);
});

it("has the layers of all runs in the order of the models, but not the inputs", () => {
  const runs = [run("a", ":input", "conv", "head"), run("b", "conv", "norm", "head", "loss")];
  expect(layersOfAll(runs)).toEqual(["conv", "norm", "head", "loss"]);
});
