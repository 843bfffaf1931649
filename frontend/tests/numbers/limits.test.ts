import { describe, expect, it } from "vitest";
import {
  channelLimits,
  finiteLimits,
  fromStatistics,
  outward,
  percentileLimits,
  robustLimits,
  symmetric,
  union,
} from "../../src/numbers/limits";
import { NORMAL } from "./vectors";

const values = new Float32Array([NaN, 3, -Infinity, -2, 5, Infinity, 8]);

describe("finiteLimits", () => {
  it("leaves out NaN and infinities", () => {
    expect(finiteLimits(values)).toEqual({ low: -2, high: 8 });
  });

  it("looks at a part", () => {
    expect(finiteLimits(values, 1, 3)).toEqual({ low: 3, high: 3 });
  });

  it("is null where nothing is finite", () => {
    expect(finiteLimits(values, 5, 6)).toBeNull();
    expect(finiteLimits(new Float32Array())).toBeNull();
  });
});

describe("union", () => {
  it("holds both", () => {
    expect(union({ low: 0, high: 2 }, { low: -1, high: 1 })).toEqual({ low: -1, high: 2 });
  });

  it("passes over null", () => {
    expect(union(null, { low: 0, high: 1 })).toEqual({ low: 0, high: 1 });
    expect(union({ low: 0, high: 1 }, null)).toEqual({ low: 0, high: 1 });
    expect(union(null, null)).toBeNull();
  });
});

describe("percentileLimits", () => {
  // numpy.percentile of the finite values as float64.
  it.each([
    [0, -9, 9],
    [1, -5.897292685508728, 6.435348196029674],
    [12.5, -2.494702398777008, 1.7484894096851349],
    [33, -1.2377137494087218, 0.5007020622491836],
    [50, -0.4668450355529785, -0.4668450355529785],
  ])("percentile %d is that of NumPy", (percentile, low, high) => {
    const before = NORMAL.slice();
    const found = percentileLimits(NORMAL, percentile)!;
    expect(found.low).toBeCloseTo(low, 13);
    expect(found.high).toBeCloseTo(high, 13);
    expect(NORMAL).toEqual(before);
  });

  it("finds every rank among equal, rising and falling values", () => {
    for (const make of [(i: number) => i, (i: number) => -i, (i: number) => i % 3]) {
      const some = Float32Array.from({ length: 101 }, (_, i) => make(i));
      const sorted = Array.from(some).sort((a, b) => a - b);
      for (let rank = 0; rank <= 50; rank++) {
        const found = percentileLimits(some, rank)!;
        expect(found.low).toBeCloseTo(sorted[rank]!, 12);
        expect(found.high).toBeCloseTo(sorted[100 - rank]!, 12);
      }
    }
  });

  it("looks at a part, and is null where nothing is finite", () => {
    expect(percentileLimits(values, 25, 3, 5)).toEqual({ low: -0.25, high: 3.25 });
    expect(percentileLimits(values, 1, 1, 2)).toEqual({ low: 3, high: 3 });
    expect(percentileLimits(values, 1, 0, 1)).toBeNull();
  });

  it.each([-1, 51, NaN])("refuses the percentile %d", (percentile) => {
    expect(() => percentileLimits(values, percentile)).toThrow(
      `Received the percentile ${percentile}; expected 0 to 50`,
    );
  });
});

it("symmetric goes as far below zero as above it", () => {
  expect(symmetric({ low: -3, high: 2 })).toEqual({ low: -3, high: 3 });
  expect(symmetric({ low: 1, high: 2 })).toEqual({ low: -2, high: 2 });
  expect(symmetric({ low: 0, high: 0 })).toEqual({ low: 0, high: 0 });
});

it("channelLimits takes one channel of many", () => {
  const values = new Float32Array([9, 9, 1, 2, -9, 0]);
  const maps = { height: 1, width: 2, channels: 3, values };
  expect([0, 1, 2].map((channel) => channelLimits(maps, channel))).toEqual([
    { low: 9, high: 9 },
    { low: 1, high: 2 },
    { low: -9, high: 0 },
  ]);
});

it("fromStatistics passes over channels without a finite value", () => {
  expect(fromStatistics([0, null, -2], [3, null, 1])).toEqual({ low: -2, high: 3 });
  expect(fromStatistics([null], [null])).toBeNull();
  expect(fromStatistics([], [])).toBeNull();
});

it.each([
  [0, 1.2512345, 0, 1.252],
  [-0.98765, 0.98765, -0.9877, 0.9877],
  [-0.98764, 99999.9, -0.9877, 100000],
  [1.2512345, 1.2512345, 1.251, 1.252],
  [-1e-7, 1e-7, -1e-7, 1e-7],
])("outward of %d to %d is %d to %d", (low, high, least, most) => {
  expect(outward({ low, high }, 4)).toEqual({ low: least, high: most });
});

describe("robustLimits", () => {
  const calm = Array.from({ length: 300 }, (_, i) => 1 + (i % 10) / 10);
  const of = (...values: number[]) => robustLimits(Float32Array.from(values));

  it("leave out what is far from all the rest, even a whole step of it", () => {
    const found = of(...calm, ...Array(10).fill(1462), -500);
    expect(found!.low).toBeCloseTo(1 - 3 * 0.5 + 0.2, 0);
    expect(found!.high).toBeLessThan(4);
    expect(found!.high).toBeGreaterThan(1.9);
  });

  it("are the smallest and the largest where nothing is far", () => {
    expect(of(1, 2, 3, 4)).toEqual({ low: 1, high: 4 });
    expect(of(NaN, 2, Infinity)).toEqual({ low: 2, high: 2 });
    expect(of(NaN)).toBeNull();
  });

  it("are not drawn to zero by channels that are silent", () => {
    const found = of(...Array(5000).fill(0), ...calm);
    expect(found!.low).toBe(0);
    expect(found!.high).toBeCloseTo(1.9);
    expect(of(0, 0, 0)).toEqual({ low: 0, high: 0 });
  });

  it("keep a width where nearly all is the same", () => {
    expect(of(5, 5, 5, 5, 5, 9)).toEqual({ low: 5, high: 9 });
  });
});
