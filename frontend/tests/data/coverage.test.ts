import { expect, it } from "vitest";
import { coverageOf } from "../../src/data/coverage";

const maps = {
  height: 1,
  width: 3,
  channels: 3,
  values: new Float32Array([0, 1, 5, NaN, -1, 2, Infinity, 0, 0]),
};
const shared = { limits: () => ({ low: 0, high: 2 }), shared: true, words: "" };
const own = {
  limits: (channel: number) => ({ low: -channel, high: 5 }),
  shared: false,
  words: "",
};

it("counts the channels that are drawn, on their scales", () => {
  const limits = { low: 0, high: 2 };
  expect(coverageOf([{ maps, channels: [0, 1] }], shared)).toEqual({
    limits,
    marks: { 0: 3, 1: 1, 2: 1, 3: 1, 4: 0, 5: 0 },
  });
  expect(coverageOf([{ maps, channels: [2] }], shared)).toEqual({
    limits,
    marks: { 0: 2, 1: 0, 2: 0, 3: 0, 4: 1, 5: 0 },
  });
  expect(coverageOf([{ maps, channels: [0, 1] }], own)).toEqual({
    limits: { low: -1, high: 5 },
    marks: { 0: 5, 1: 0, 2: 0, 3: 1, 4: 0, 5: 0 },
  });
});

it("adds what is drawn beside each other, and nothing where nothing is", () => {
  const twice = coverageOf(
    [
      { maps, channels: [0] },
      { maps, channels: [1] },
    ],
    shared,
  );
  expect(twice.marks).toEqual({ 0: 3, 1: 1, 2: 1, 3: 1, 4: 0, 5: 0 });
  expect(coverageOf([{ maps, channels: [] }], shared).limits).toBeNull();
});
