import { describe, expect, it } from "vitest";
import { groupedNames } from "../../src/numbers/layer_groups";

const shown = (layers: string[]) =>
  groupedNames(layers).map(({ groups, name }) => [...groups, name].join(" › "));

describe("groups of layers", () => {
  it("are what layers one after the other begin with", () => {
    const layers = ["conv1", "relu_conv1", "pool1"];
    for (const fire of ["fire2", "fire3"]) {
      for (const part of ["squeeze1x1", "expand1x1", "expand3x3", "concat"]) {
        layers.push(`${fire}-${part}`, `${fire}-relu_${part}`);
      }
    }
    const found = shown(layers);
    expect(found.slice(0, 3)).toEqual(["conv1", "relu_conv1", "pool1"]);
    expect(found.slice(3, 6)).toEqual([
      "fire2 › squeeze1x1",
      "fire2 › relu_squeeze1x1",
      "fire2 › expand1x1",
    ]);
    expect(found.at(-1)).toBe("fire3 › relu_concat");
  });

  it("are those of the blocks, where a beginning has nothing but blocks", () => {
    const layers = ["Conv1"];
    for (const block of [1, 2]) {
      for (const part of ["expand", "expand_BN", "depthwise", "project"]) {
        layers.push(`block_${block}_${part}`);
      }
    }
    expect(shown(layers).slice(0, 6)).toEqual([
      "Conv1",
      "block_1 › expand",
      "block_1 › expand_BN",
      "block_1 › depthwise",
      "block_1 › project",
      "block_2 › expand",
    ]);
  });

  it("are the models that layers lie in, and groups in these", () => {
    const layers = ["top", ...["a", "b", "c", "d"].map((part) => `backbone/stem_${part}`)];
    expect(shown([...layers, "backbone/out"])).toEqual([
      "top",
      "backbone › stem › a",
      "backbone › stem › b",
      "backbone › stem › c",
      "backbone › stem › d",
      "backbone › out",
    ]);
  });

  it("are not what all layers begin with, few, or apart from one another", () => {
    const all = ["net_a", "net_b", "net_c", "net_d"];
    expect(shown(all)).toEqual(all);
    const few = ["x_a", "x_b", "x_c", "other"];
    expect(shown(few)).toEqual(few);
    const apart = ["conv_1", "relu_1", "conv_2", "relu_2", "conv_3", "relu_3"];
    expect(shown(apart)).toEqual(apart);
  });

  it("never leave bare numbers", () => {
    const numbered = ["input", "conv2d_1", "conv2d_2", "conv2d_3", "conv2d_4", "top"];
    expect(shown(numbered)).toEqual(numbered);
  });

  it("lose nothing of a path", () => {
    const layers = ["a-b", "a-c", "a-d", "a-e:pre", "a-e", "m/x", "m/n/x_1", "m/n/x_2", "z#2"];
    groupedNames(layers).forEach(({ groups, name }, i) => {
      expect(layers[i]!.startsWith(groups.join("/"))).toBe(true);
      expect(layers[i]!.endsWith(name)).toBe(true);
      expect(groups.join("/").length + name.length + (groups.length ? 1 : 0)).toBe(
        layers[i]!.length,
      );
    });
  });
});
