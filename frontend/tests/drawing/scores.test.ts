import { describe, expect, it } from "vitest";
import { areShares, changeWords, scoreWords } from "../../src/drawing/scores";

describe("scores of classes", () => {
  it("are shares where none is below zero, and all are at most one whole", () => {
    const softmax = [
      [3, 0.7],
      [1, 0.3],
    ] as const;
    expect(areShares([softmax, [[3, 2e-9]], []])).toBe(true);
    expect(areShares([softmax, [[3, null]]])).toBe(true);
    expect(
      areShares([
        softmax,
        [
          [3, 0.9],
          [1, 0.4],
        ],
      ]),
    ).toBe(false);
    expect(
      areShares([
        [
          [3, 0.5],
          [1, -0.1],
        ],
      ]),
    ).toBe(false);
    expect(areShares([[[3, 3125]]])).toBe(false);
  });

  it("are percentages then, of which those too small to matter say no more", () => {
    expect([0.6487, 2.689e-7, 0, 1, 0.99999].map((score) => scoreWords(score, true))).toEqual([
      "64.9%",
      "<0.1%",
      "0%",
      "100%",
      ">99.9%",
    ]);
    expect([3125, null].map((score) => scoreWords(score, false))).toEqual([
      "3125",
      "not finite",
    ]);
  });

  it("change with a sign", () => {
    expect(
      [0.25, -0.007155, 1e-9, -1e-9, -0.99999, 0].map((by) => changeWords(by, true)),
    ).toEqual(["+25%", "−0.7%", "<0.1% up", "<0.1% down", ">99.9% down", "0%"]);
    expect([2.5, -2.5].map((by) => changeWords(by, false))).toEqual(["+2.5", "−2.5"]);
  });
});
