import { describe, expect, it } from "vitest";
import { scalingOf } from "../../src/data/scaling";
import type { Shown } from "../../src/data/shown";
import { type ScaleChoice, START } from "../../src/state/state";

/** Two channels of 1 × 3 values. */
function layer(...values: number[]): Shown {
  const maps = { height: 1, width: 3, channels: 2, values: Float32Array.from(values) };
  return { maps } as unknown as Shown;
}

const one = layer(-1, 0, 2, 4, NaN, Infinity);
const other = layer(-3, 0, 1, 0, 0, 0);

function limits(all: Shown[], choice: Partial<ScaleChoice>) {
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
