import { describe, expect, it } from "vitest";
import { healthTable } from "../../src/numbers/health";
import {
  apart,
  measureLimits,
  RUN_MEASURES,
  statisticAt,
  unionInOrder,
} from "../../src/numbers/run_measures";

const floats = (...values: number[]) => Float32Array.from(values);

describe("how far values are apart", () => {
  it("is the length of the difference as a share of the reference, and the angle", () => {
    expect(apart(floats(3, 4), floats(3, 4))).toEqual({ relative: 0, angle: 0, leftOut: 0 });
    expect(apart(floats(3, 4), floats(0, 0))).toEqual({ relative: 1, angle: NaN, leftOut: 0 });
    expect(apart(floats(3, 4), floats(-4, 3))).toEqual({
      relative: expect.closeTo(Math.SQRT2, 12),
      angle: 1,
      leftOut: 0,
    });
    expect(apart(floats(3, 4), floats(6, 8))).toEqual({ relative: 1, angle: 0, leftOut: 0 });
    expect(apart(floats(1, 0), floats(-2, 0))).toEqual({ relative: 3, angle: 2, leftOut: 0 });
  });

  it("does not depend on the scale of a layer", () => {
    const [a, b] = [floats(1, 2, 3), floats(1, 1, 4)];
    const { relative, angle } = apart(a, b);
    const found = apart(
      a.map((value) => 1024 * value),
      b.map((value) => 1024 * value),
    );
    expect(found).toEqual({
      relative: expect.closeTo(relative, 12),
      angle: expect.closeTo(angle, 12),
      leftOut: 0,
    });
  });

  it("is infinite from a reference of zeros, and nothing between two of zeros", () => {
    expect(apart(floats(0, 0), floats(1, 0))).toEqual({
      relative: Infinity,
      angle: NaN,
      leftOut: 0,
    });
    expect(apart(floats(0, 0), floats(0, 0))).toEqual({ relative: 0, angle: 0, leftOut: 0 });
  });

  it("counts and leaves out what is not finite in one of them, on both sides", () => {
    expect(apart(floats(3, 4, NaN, 12), floats(3, 0, 1, Infinity))).toEqual({
      relative: 4 / 5,
      angle: expect.closeTo(1 - 3 / 5, 12),
      leftOut: 2,
    });
    expect(apart(floats(NaN), floats(1))).toEqual({ relative: NaN, angle: NaN, leftOut: 1 });
  });
});

describe("a statistic of a layer at a step", () => {
  const { scalars } = healthTable(
    ["conv"],
    [
      {
        layer: "conv",
        scalars: {
          mean: { steps: [10, 20, 30], values: [1, 2, null] },
          std: { steps: [20], values: [0.5] },
          silent: { steps: [10, 20], values: [0, 0.25] },
        },
      },
    ],
  );
  const at = (step: number, statistic: "mean" | "deviation" | "silent") =>
    statisticAt(scalars[0], step, statistic);

  it("is that of the last step not after it, or else of the first", () => {
    expect(at(25, "mean")).toEqual({ step: 20, value: 2 });
    expect(at(20, "deviation")).toEqual({ step: 20, value: 0.5 });
    expect(at(5, "silent")).toEqual({ step: 10, value: 0 });
  });

  it("is NaN where values were not finite, and missing where it was not logged", () => {
    expect(at(99, "silent")).toEqual({ step: 30, value: NaN });
    expect(at(10, "deviation")).toBeUndefined();
    expect(statisticAt(undefined, 10, "mean")).toBeUndefined();
  });
});

describe("the ends of the colours", () => {
  it.each([
    ["relative", [0, 0.25, NaN], 0, 0.25],
    ["relative", [0, 0.25, 7], 0, 1],
    ["relative", [0, Infinity], 0, 1],
    ["relative", [0, 0, 11, 40, 2337, Infinity], 0, 80],
    ["relative", [0, 1.2, 1.4, 1.5], 0, 1.5],
    ["angle", [], 0, 1],
    ["angle", [0, 0], 0, 1],
    ["silent", [0.1], 0, 1],
    ["deviation", [0.3, 0.4, 3000], 0, 0.8],
    ["deviation", [0.3, 3000], 0, 0.6],
    ["deviation", [0.3, 0.4], 0, 0.4],
    ["deviation", [0, 0, 5], 0, 5],
    ["mean", [-0.5, 0.25, NaN, 0.1], -0.5, 0.5],
    ["mean", [-0.5, 0.25, -Infinity], -1, 1],
  ] as const)("of %s %j are %d and %d", (measure, values, low, high) => {
    expect(measureLimits(measure, values)).toEqual({ low, high });
  });

  it.each(RUN_MEASURES)("of %s leave the others seen where one run diverges", (measure) => {
    const { high } = measureLimits(measure, [0.5, 0.6, 0.7, 1e9]);
    expect(0.5 / high).toBeGreaterThan(0.1);
  });
});

describe("all names of several lists", () => {
  it.each([
    [
      [
        ["a", "b"],
        ["a", "b"],
      ],
      ["a", "b"],
    ],
    [
      [
        ["a", "c"],
        ["a", "b", "c"],
      ],
      ["a", "b", "c"],
    ],
    [
      [
        ["a", "b"],
        ["x", "a", "b", "y"],
      ],
      ["x", "a", "b", "y"],
    ],
    [
      [
        ["a", "b"],
        ["b", "a", "c"],
      ],
      ["a", "c", "b"],
    ],
    [
      [[], ["b"], ["a"]],
      ["b", "a"],
    ],
    [
      [["a"], ["x", "y", "a"]],
      ["x", "y", "a"],
    ],
    [
      [["a", "b"], ["x"]],
      ["a", "b", "x"],
    ],
    [[], []],
  ])("%j is %j", (lists, union) => {
    expect(unionInOrder(lists)).toEqual(union);
  });
});
