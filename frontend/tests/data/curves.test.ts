import { describe, expect, it } from "vitest";
import type { Curve } from "../../src/data/api";
import { ofChannel } from "../../src/data/curves";

const CURVE: Curve = {
  run: "train",
  inputs: ["face"],
  steps: [0, 100, 200, 300],
  names: ["face", "other", "face", "face"],
  unreadable: [null, null, "It is empty.", null],
  statistics: {
    minimum: [[0, 0], [0, 0], null, [0, 0]],
    maximum: [[1, 2], [3, 4], null, [5, null]],
    mean: [[0.5, 1], [1.5, 2], null, [2.5, null]],
    zero_share: [[0, 0], [0, 0], null, [0, 0]],
  },
};

describe("the curve of a channel", () => {
  it("has the steps that say something of it, under the name of its input", () => {
    expect(ofChannel(CURVE, "face", 1)).toEqual({
      run: "train",
      maximum: [
        { x: 0, y: 2 },
        { x: 300, y: null },
      ],
      mean: [
        { x: 0, y: 1 },
        { x: 300, y: null },
      ],
    });
  });

  it("is empty for a channel that is not there", () => {
    expect(ofChannel(CURVE, "face", 2)).toEqual({ run: "train", maximum: [], mean: [] });
  });
});
