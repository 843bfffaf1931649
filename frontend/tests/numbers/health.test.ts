import { describe, expect, it } from "vitest";
import {
  beganAt,
  healthAt,
  healthMatrix,
  healthTable,
  isBroken,
  type LayerScalars,
  shareOf,
} from "../../src/numbers/health";

const TOLD: LayerScalars[] = [
  {
    layer: "relu",
    scalars: {
      dead: { steps: [0, 2], values: [0.25, 1] },
      sparsity: { steps: [0, 1], values: [0.5, 0.75] },
    },
  },
  {
    layer: "conv",
    scalars: {
      dead: { steps: [0, 1, 2], values: [0, 0, 0] },
      mean: { steps: [0, 1, 2], values: [3, null, 4] },
      nonfinite: { steps: [2], values: [0.125] },
    },
  },
  { layer: "quiet", scalars: {} },
];

describe("the table of health", () => {
  const table = healthTable(["conv", "relu", "quiet", "unknown"], TOLD);

  it("brings together what was logged at each step", () => {
    expect(table.steps).toEqual([0, 1, 2]);
    expect(table.scalars.map((row) => Object.fromEntries(row))).toEqual([
      {
        0: { dead: 0, mean: 3 },
        1: { dead: 0, mean: null },
        2: { dead: 0, mean: 4, nonfinite: 0.125 },
      },
      { 0: { dead: 0.25, sparsity: 0.5 }, 1: { sparsity: 0.75 }, 2: { dead: 1 } },
      {},
      {},
    ]);
    expect(table.silent).toEqual(["quiet", "unknown"]);
  });

  it.each([
    ["dead", [0, NaN, NaN, 0.25, NaN, 1], [0, 0, 0, 0, 1, 0]],
    ["sparsity", [NaN, NaN, NaN, 0.5, 0.75, NaN], [1, 0, 0, 0, 0, 1]],
    ["nonfinite", [0, NaN, NaN, 0, 0, 0], [0, 0, 0, 0, 0, 0]],
    ["combined", [0, NaN, NaN, 0.25, NaN, 1], [0, 0, 0, 0, 1, 0]],
  ] as const)("becomes a matrix of %s", (kind, values, missing) => {
    expect(healthMatrix(table, kind)).toEqual({
      rows: 4,
      columns: 3,
      values: Float32Array.from([...values, ...Array<number>(6).fill(NaN)]),
      missing: Uint8Array.from([...missing, ...Array<number>(6).fill(1)]),
    });
  });
});

describe("the share shown", () => {
  it("is the larger of dead and saturated where they are combined", () => {
    expect(shareOf({ dead: 0.25, saturated: 0.5 }, "combined")).toBe(0.5);
    expect(shareOf({ dead: 0.75, saturated: 0.5 }, "combined")).toBe(0.75);
    expect(shareOf({ saturated: 0.5 }, "combined")).toBe(0.5);
    expect(shareOf({ mean: 0.5 }, "combined")).toBeUndefined();
  });

  it("is not known where nothing was logged", () => {
    expect(shareOf(undefined, "nonfinite")).toBeUndefined();
    expect(shareOf({}, "nonfinite")).toBeUndefined();
  });

  it("is overruled by values that are not finite", () => {
    expect(shareOf({ dead: 0, nonfinite: 1e-6 }, "dead")).toBeNaN();
    expect(isBroken({ dead: 0, nonfinite: 0, mean: 0 })).toBe(false);
    expect(isBroken({ dead: 0, mean: null })).toBe(true);
  });
});

describe("when something began", () => {
  const began = (held: (boolean | undefined)[]) => beganAt(held.length - 1, (at) => held[at]);

  it("is the first place of the unbroken stretch", () => {
    expect(began([false, true, false, true, true, true])).toBe(3);
    expect(began([false, true])).toBe(1);
    expect(began([true, true, true])).toBe(0);
    expect(began([true])).toBe(0);
  });

  it("is not known where it is not known of a place before", () => {
    expect(began([false, undefined, true, true])).toBeNull();
    expect(began([undefined, false, true, true])).toBe(2);
  });
});

describe("how a layer fares at a step", () => {
  const [relu, conv, quiet] = TOLD as [LayerScalars, LayerScalars, LayerScalars];

  it("is what was logged there, or at the last step before it", () => {
    expect(healthAt(relu, 1)).toEqual({ step: 1, scalars: { sparsity: 0.75 } });
    expect(healthAt(relu, 9)).toEqual({ step: 2, scalars: { dead: 1 } });
    expect(healthAt(conv, 1)).toEqual({ step: 1, scalars: { dead: 0, mean: null } });
  });

  it("is that of the latest where no step is wanted", () => {
    const scalars = { dead: 0, mean: 4, nonfinite: 0.125 };
    expect(healthAt(conv, null)).toEqual({ step: 2, scalars });
  });

  it("is not known before the first, nor where nothing was logged", () => {
    expect(healthAt(conv, -1)).toBeNull();
    expect(healthAt(quiet, null)).toBeNull();
  });
});
