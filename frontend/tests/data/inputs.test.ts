import { describe, expect, it } from "vitest";
import { classesOf } from "../../src/data/inputs";

const OPEN = {
  predictions: [
    [7, 0.5],
    [3, 0.25],
    [9, null],
  ] as [number, number | null][],
  predicted: ["wig", "mask", "comb"],
};
const CLOSED = {
  predictions: [
    [3, 0.75],
    [1, 0.125],
  ] as [number, number | null][],
};

describe("the classes of inputs beside each other", () => {
  it("are the most probable ones of A and B, with the change from A to B", () => {
    expect(classesOf([OPEN, CLOSED], [0, 1], 3)).toEqual([
      { number: 3, name: "mask", scores: [0.25, 0.75], change: 0.5 },
      { number: 7, name: "wig", scores: [0.5, undefined], change: null },
      { number: 1, name: "class 1", scores: [undefined, 0.125], change: null },
    ]);
    expect(classesOf([OPEN, CLOSED], [1, 0], 1)).toEqual([
      { number: 3, name: "mask", scores: [0.25, 0.75], change: -0.5 },
    ]);
  });

  it("tell what others score for them, and what is not finite", () => {
    const third = { predictions: [[7, 0.875]] as [number, number | null][] };
    const found = classesOf([third, OPEN, CLOSED], [1, 2], 5);
    expect(found.map(({ number, scores }) => [number, scores])).toEqual([
      [3, [undefined, 0.25, 0.75]],
      [7, [0.875, 0.5, undefined]],
      [1, [undefined, undefined, 0.125]],
      [9, [undefined, null, undefined]],
    ]);
  });

  it("are none where nothing was predicted", () => {
    expect(classesOf([{ predictions: [] }, { predictions: [] }], [0, 1], 3)).toEqual([]);
  });
});
