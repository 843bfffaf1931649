import { describe, expect, it } from "vitest";
import { distanceWords } from "../../../../src/ui/views/compare/distances";

describe("words", () => {
  it("says all distances, and that nothing was left out", () => {
    expect(distanceWords({ l1: 7, l2: 5, cosine: 0.5, leftOut: 0, counted: 9 })).toBe(
      "L1 7 · L2 5 · cosine 0.5 · all values counted",
    );
  });

  it("says how many positions were left out, and why there is no cosine", () => {
    expect(distanceWords({ l1: 0, l2: 0, cosine: null, leftOut: 1, counted: 8 })).toBe(
      "L1 0 · L2 0 · no cosine: one of them is zero · 1 position not finite, left out",
    );
    expect(distanceWords({ l1: 0, l2: 0, cosine: 1, leftOut: 12, counted: 3 })).toMatch(
      / · 12 positions not finite/,
    );
  });

  it("measures nothing where nothing is finite", () => {
    expect(distanceWords({ l1: 0, l2: 0, cosine: null, leftOut: 25088, counted: 0 })).toBe(
      "nothing to compare: no value is finite on both sides",
    );
  });
});
