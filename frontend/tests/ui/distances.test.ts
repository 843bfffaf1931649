import { describe, expect, it } from "vitest";
import { words } from "../../src/ui/distances";

describe("words", () => {
  it("says all distances, and that nothing was left out", () => {
    expect(words({ l1: 7, l2: 5, cosine: 0.5, left: 0 })).toBe(
      "L1 7 · L2 5 · cosine 0.5 · all positions finite",
    );
  });

  it("says how many positions were left out, and why there is no cosine", () => {
    expect(words({ l1: 0, l2: 0, cosine: null, left: 1 })).toBe(
      "L1 0 · L2 0 · no cosine: one of them is zero · 1 position not finite, left out",
    );
    expect(words({ l1: 0, l2: 0, cosine: 1, left: 12 })).toMatch(/ · 12 positions not finite/);
  });
});
