import { describe, expect, it } from "vitest";
import {
  beganAt,
  firstKind,
  type HealthKind,
  healthAt,
  healthLimits,
  healthMatrix,
  healthTable,
  isBroken,
  type LayerScalars,
  numberOf,
} from "../../src/numbers/health";

const TOLD: LayerScalars[] = [
  {
    layer: "relu",
    scalars: {
      silent: { steps: [0, 2], values: [0.25, 1] },
      sparsity: { steps: [0, 1], values: [0.5, 0.75] },
    },
  },
  {
    layer: "conv",
    scalars: {
      silent: { steps: [0, 1, 2], values: [0, 0, 0] },
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
        0: { silent: 0, mean: 3 },
        1: { silent: 0, mean: null },
        2: { silent: 0, mean: 4, nonfinite: 0.125 },
      },
      { 0: { silent: 0.25, sparsity: 0.5 }, 1: { sparsity: 0.75 }, 2: { silent: 1 } },
      {},
      {},
    ]);
    expect(table.notLogged).toEqual(["quiet", "unknown"]);
  });

  it.each([
    ["silent", [0, NaN, NaN, 0.25, NaN, 1], [0, 0, 0, 0, 1, 0]],
    ["sparsity", [NaN, NaN, NaN, 0.5, 0.75, NaN], [1, 0, 0, 0, 0, 1]],
    ["nonfinite", [0, NaN, NaN, 0, 0, 0], [0, 0, 0, 0, 0, 0]],
    ["combined", [0, NaN, NaN, 0.25, NaN, 1], [0, 0, 0, 0, 1, 0]],
    ["mean", [3, NaN, NaN, NaN, NaN, NaN], [0, 0, 0, 1, 1, 1]],
  ] as const)("becomes a matrix of %s", (kind, values, missing) => {
    expect(healthMatrix(table, kind)).toEqual({
      rows: 4,
      columns: 3,
      values: Float32Array.from([...values, ...Array<number>(6).fill(NaN)]),
      missing: Uint8Array.from([...missing, ...Array<number>(6).fill(1)]),
    });
  });
});

describe("what is shown where nothing was chosen", () => {
  const first = (...scalars: Record<string, number | null>[]) =>
    firstKind([
      { steps: [0], notLogged: [], scalars: scalars.map((one) => new Map([[0, one]])) },
    ]);

  it("is silent or saturated where anything is", () => {
    expect(first({ silent: 0, std: 2 }, { silent: 0.01, std: 3 })).toBe("combined");
    expect(first({ silent: 0, saturated: 0.5, std: 2 })).toBe("combined");
  });

  it("is the deviation where nothing is, so that the map is not black", () => {
    expect(first({ silent: 0, std: 2 }, { silent: 0, saturated: 0, std: 3 })).toBe("std");
    expect(first({ std: 2, sparsity: 0.5 })).toBe("std");
    // NaN counts as no share.
    expect(first({ silent: 0, std: null, nonfinite: 0.5 })).toBe("std");
  });

  it("is for several runs what any of them shows", () => {
    const table = (one: Record<string, number>) => ({
      steps: [0],
      notLogged: [],
      scalars: [new Map([[0, one]])],
    });
    expect(firstKind([table({ silent: 0, std: 2 }), table({ silent: 0.5 })])).toBe("combined");
    expect(firstKind([table({ silent: 0, std: 2 }), table({ silent: 0 })])).toBe("std");
  });

  it("is not a deviation that was not logged", () => {
    expect(first({ silent: 0 })).toBe("combined");
    expect(first({})).toBe("combined");
    expect(first()).toBe("combined");
  });
});

describe("the scale of health", () => {
  const limits = (kind: HealthKind, ...maps: number[][]) =>
    healthLimits(
      maps.map((values) => Float32Array.from(values)),
      kind,
    );

  it("is all that a share can be", () => {
    for (const kind of ["combined", "silent", "saturated", "nonfinite", "sparsity"] as const) {
      expect(limits(kind, [0.25, 0.5])).toEqual({ low: 0, high: 1 });
    }
  });

  it("leaves outliers out, and has zero in it", () => {
    const many = [...Array<number>(98).fill(1), 2, 1e6];
    expect(limits("std", many).low).toBe(0);
    expect(limits("std", many).high).toBeLessThan(3);
    const { low, high } = limits("mean", [...many, -1, NaN]);
    expect(low).toBe(-high);
    expect(high).toBeLessThan(3);
  });

  it("is there where nothing is finite", () => {
    expect(limits("std", [NaN])).toEqual({ low: 0, high: 1 });
  });

  it("is one for several maps", () => {
    expect(limits("std", [1, 2], [NaN, 4]).high).toBeGreaterThan(3);
  });
});

describe("the number shown", () => {
  it("is the larger of silent and saturated where they are combined", () => {
    expect(numberOf({ silent: 0.25, saturated: 0.5 }, "combined")).toBe(0.5);
    expect(numberOf({ silent: 0.75, saturated: 0.5 }, "combined")).toBe(0.75);
    expect(numberOf({ saturated: 0.5 }, "combined")).toBe(0.5);
    expect(numberOf({ mean: 0.5 }, "combined")).toBeUndefined();
  });

  it("is not known where nothing was logged", () => {
    expect(numberOf(undefined, "nonfinite")).toBeUndefined();
    expect(numberOf({}, "nonfinite")).toBeUndefined();
  });

  it("is overruled by values that are not finite", () => {
    expect(numberOf({ silent: 0, nonfinite: 1e-6 }, "silent")).toBeNaN();
    expect(isBroken({ silent: 0, nonfinite: 0, mean: 0 })).toBe(false);
    expect(isBroken({ silent: 0, mean: null })).toBe(true);
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
    expect(healthAt(relu, 9)).toEqual({ step: 2, scalars: { silent: 1 } });
    expect(healthAt(conv, 1)).toEqual({ step: 1, scalars: { silent: 0, mean: null } });
  });

  it("is that of the latest where no step is wanted", () => {
    const scalars = { silent: 0, mean: 4, nonfinite: 0.125 };
    expect(healthAt(conv, null)).toEqual({ step: 2, scalars });
  });

  it("is not known before the first, nor where nothing was logged", () => {
    expect(healthAt(conv, -1)).toBeNull();
    expect(healthAt(quiet, null)).toBeNull();
  });
});
