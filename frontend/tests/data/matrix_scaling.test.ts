import { describe, expect, it } from "vitest";
import { matrixScaling } from "../../src/data/matrix_scaling";
import type { Matrix } from "../../src/numbers/matrix";
import { START } from "../../src/state/state";

const MATRIX: Matrix = {
  rows: 3,
  columns: 2,
  values: Float32Array.of(-1, 2, 3, NaN, NaN, NaN),
  missing: new Uint8Array(6),
};
const SHARE = { low: 0, high: 1 };

describe("the scale of a matrix", () => {
  it.each([
    ["layer", {}, { low: -1, high: 3 }],
    ["steps", { symmetric: true }, { low: -3, high: 3 }],
    ["percentile", { percentile: 25 }, { low: 0.5, high: 2.5 }],
    ["fixed", { low: 5, high: -5 }, { low: -5, high: 5 }],
  ] as const)("%s with %o is one for all", (mode, part, expected) => {
    const scaling = matrixScaling(MATRIX, { ...START.scale, ...part, mode }, null);
    expect(scaling.shared).toBe(true);
    expect([0, 1, 2].map(scaling.limits)).toEqual([expected, expected, expected]);
  });

  it("is each row's own where each channel is to have its own", () => {
    const scaling = matrixScaling(MATRIX, { ...START.scale, mode: "channel" }, SHARE);
    expect(scaling.shared).toBe(false);
    expect([0, 1, 2].map(scaling.limits)).toEqual([
      { low: -1, high: 2 },
      { low: 3, high: 3 },
      { low: 0, high: 1 },
    ]);
  });

  it("is that of a share unless something else was chosen", () => {
    expect(matrixScaling(MATRIX, START.scale, SHARE).limits(0)).toEqual(SHARE);
    const fixed = { ...START.scale, mode: "fixed", low: 0, high: 0.5 } as const;
    expect(matrixScaling(MATRIX, fixed, SHARE).limits(0)).toEqual({ low: 0, high: 0.5 });
  });
});
