import { describe, expect, it } from "vitest";
import { type Multiple, multiplesScaling } from "../../src/data/multiples";
import { START } from "../../src/state/state";

/** A record of two channels of two values, as far as scales need it. */
function cell(layer: string, channel: number, values: number[]): Multiple {
  const tag = { tag: `${layer}/activations`, layer };
  const maps = { height: 1, width: 2, channels: 2, values: Float32Array.from(values) };
  return { tag, maps, channel, run: { run: "train" } } as unknown as Multiple;
}

const CELLS = [
  cell("conv", 0, [-1, 2, 90, 91]),
  cell("conv", 0, [NaN, 4, 92, 93]),
  cell("relu", 1, [80, 81, 0, 6]),
];

function told(part: Partial<typeof START.scale>, apart: boolean) {
  const answer = multiplesScaling(CELLS, { ...START.scale, ...part }, apart);
  if (answer.state !== "ready") throw new Error(answer.state);
  return ["conv", "relu"].map((layer) => {
    const { limits, shared, words } = answer.value(layer);
    return { limits: limits(0), shared, words };
  });
}

describe("the scale of small multiples", () => {
  it("is that of all channels of the cells by default", () => {
    const all = {
      limits: { low: -1, high: 93 },
      shared: true,
      words: "smallest to largest value of all channels of the cells in sight",
    };
    expect(told({}, false)).toEqual([all, all]);
  });

  it("is each layer's own, of all runs, where columns are layers", () => {
    const words =
      "each layer's smallest to largest value, of all its channels of the cells in sight";
    expect(told({}, true)).toEqual([
      { limits: { low: -1, high: 93 }, shared: false, words },
      { limits: { low: 0, high: 81 }, shared: false, words },
    ]);
  });

  it("cuts off each layer's own share where columns are layers", () => {
    const words = "each layer by itself: percentile 25 to 75 of what is shown";
    const found = told({ mode: "percentile", percentile: 25 }, true);
    expect(found.map((one) => one.words)).toEqual([words, words]);
    expect(found.map((one) => one.shared)).toEqual([false, false]);
    expect(found[1]!.limits.high).toBeLessThan(81);
    expect(found[0]!.limits.high).toBeGreaterThan(81);
  });

  it("is one where its ends are fixed, also for different layers", () => {
    const all = { limits: { low: -2, high: 3 }, shared: true, words: "fixed values" };
    expect(told({ mode: "fixed", low: 3, high: -2 }, true)).toEqual([all, all]);
  });

  it("is one for the channels shown, where these are one", () => {
    const one = {
      limits: { low: -1, high: 6 },
      shared: true,
      words: "smallest to largest value of the cells in sight",
    };
    expect(told({ mode: "channel" }, false)).toEqual([one, one]);
  });

  it("is each column's own where columns are layers", () => {
    const words = "each column's own smallest to largest value of the cells in sight";
    expect(told({ mode: "channel", symmetric: true }, true)).toEqual([
      { limits: { low: -4, high: 4 }, shared: false, words },
      { limits: { low: -6, high: 6 }, shared: false, words },
    ]);
  });
});
