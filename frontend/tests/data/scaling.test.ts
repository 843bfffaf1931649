import { describe, expect, it } from "vitest";
import type { ShownRecord } from "../../src/data/records";
import { coverageOf, matrixScaling, scalingOf } from "../../src/data/scaling";
import type { Matrix } from "../../src/numbers/matrix";
import { type ScaleChoice, START } from "../../src/state/state";

/** Two channels of 1 × 3 values. */
function layer(...values: number[]): ShownRecord {
  const maps = { height: 1, width: 3, channels: 2, values: Float32Array.from(values) };
  return { maps } as unknown as ShownRecord;
}

const one = layer(-1, 0, 2, 4, NaN, Infinity);
const other = layer(-3, 0, 1, 0, 0, 0);

function limits(all: ShownRecord[], choice: Partial<ScaleChoice>) {
  const answer = scalingOf(all, { ...START.scale, ...choice });
  if (answer.state !== "ready") throw new Error(answer.state);
  return [answer.value.limits(0), answer.value.limits(1)].map(({ low, high }) => [low, high]);
}

describe("scalingOf", () => {
  it.each<[Partial<ScaleChoice>, number[][]]>([
    [
      { mode: "layer" },
      [
        [-1, 4],
        [-1, 4],
      ],
    ],
    [
      { mode: "channel" },
      [
        [-1, 2],
        [4, 4],
      ],
    ],
    [
      { mode: "layer", symmetric: true },
      [
        [-4, 4],
        [-4, 4],
      ],
    ],
    [
      { mode: "channel", symmetric: true },
      [
        [-2, 2],
        [-4, 4],
      ],
    ],
    [
      { mode: "percentile", percentile: 0 },
      [
        [-1, 4],
        [-1, 4],
      ],
    ],
    [
      { mode: "percentile", percentile: 25 },
      [
        [-0.25, 2.5],
        [-0.25, 2.5],
      ],
    ],
    [
      { mode: "fixed", low: 5, high: -5 },
      [
        [-5, 5],
        [-5, 5],
      ],
    ],
  ])("%o", (choice, expected) => {
    expect(limits([one], choice)).toEqual(expected);
  });

  it("gives several layers one scale", () => {
    expect(limits([one, other], { mode: "layer" })).toEqual([
      [-3, 4],
      [-3, 4],
    ]);
    expect(limits([one, other], { mode: "channel" })).toEqual([
      [-3, 2],
      [0, 4],
    ]);
  });

  it("has a scale where nothing is finite", () => {
    const broken = layer(NaN, NaN, NaN, Infinity, NaN, NaN);
    expect(limits([broken], { mode: "layer" })).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(limits([broken], { mode: "channel" })).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
});

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
    seen: { low: -1, high: 5 },
    marks: { 0: 3, 1: 1, 2: 1, 3: 1, 4: 0, 5: 0 },
  });
  expect(coverageOf([{ maps, channels: [2] }], shared)).toEqual({
    limits,
    seen: { low: 0, high: 0 },
    marks: { 0: 2, 1: 0, 2: 0, 3: 0, 4: 1, 5: 0 },
  });
  expect(coverageOf([{ maps, channels: [0, 1] }], own)).toEqual({
    limits: { low: -1, high: 5 },
    seen: { low: -1, high: 5 },
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
