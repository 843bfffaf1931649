import { describe, expect, it } from "vitest";
import {
  channelStatistics,
  difference,
  distances,
  histogram,
  lengthOf,
} from "../../src/numbers/statistics";
import { NORMAL } from "./vectors";

const odd = new Float32Array([NaN, Infinity, -Infinity, 0, -0, 4, 4, 1]);

describe("channelStatistics", () => {
  it("are those of tb_actviz", () => {
    const maps = { height: 8, width: 8, channels: 1, values: NORMAL };
    const found = channelStatistics(maps, 0);
    expect(found).toEqual({
      minimum: -9,
      maximum: 9,
      mean: expect.closeTo(-0.31942060359177127, 14),
      deviation: expect.closeTo(2.4592536687971003, 13),
      l2: expect.closeTo(19.683682637096354, 12),
      zeroShare: 1 / 64,
      nanCount: 1,
      infCount: 0,
      argmax: { row: 3, column: 4 },
    });
  });

  it("count what is not finite and else leave it out", () => {
    const maps = { height: 2, width: 2, channels: 2, values: odd };
    expect(channelStatistics(maps, 0)).toEqual({
      minimum: 0,
      maximum: 0,
      mean: 0,
      deviation: 0,
      l2: 0,
      zeroShare: 0.25,
      nanCount: 1,
      infCount: 2,
      argmax: { row: 1, column: 1 },
    });
    expect(channelStatistics(maps, 1)).toEqual({
      minimum: -0,
      maximum: 4,
      mean: 2.25,
      deviation: Math.sqrt((2.25 ** 2 + 2 * 1.75 ** 2 + 1.25 ** 2) / 4),
      l2: Math.sqrt(33),
      zeroShare: 0.25,
      nanCount: 0,
      infCount: 0,
      argmax: { row: 0, column: 1 },
    });
  });

  it("are null where nothing is finite", () => {
    const values = new Float32Array([NaN, Infinity]);
    const maps = { height: 1, width: 2, channels: 1, values };
    expect(channelStatistics(maps, 0)).toEqual({
      minimum: null,
      maximum: null,
      mean: null,
      deviation: null,
      l2: null,
      zeroShare: 0,
      nanCount: 1,
      infCount: 1,
      argmax: null,
    });
  });

  it("do not cancel out far from zero", () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => 2 ** 23 + (i % 2));
    const maps = { height: 10, width: 100, channels: 1, values };
    expect(channelStatistics(maps, 0).deviation).toBe(0.5);
  });
});

describe("histogram", () => {
  it("counts like NumPy, and what is outside", () => {
    const limits = { low: -3, high: 4 };
    expect(histogram(NORMAL, 7, limits)).toEqual({
      counts: new Uint32Array([11, 8, 12, 10, 10, 3, 2]),
      limits,
      below: 5,
      above: 2,
      nanCount: 1,
      infCount: 0,
    });
  });

  it("holds the upper limit in the last bin, and edges in the bin above them", () => {
    const values = new Float32Array([0, 0.25, 0.5, 0.75, 1]);
    const found = histogram(values, 4, { low: 0, high: 1 });
    expect(found.counts).toEqual(new Uint32Array([1, 1, 1, 2]));
  });

  it("does not let rounding take values across an edge", () => {
    const limits = { low: Math.fround(0.1), high: Math.fround(0.7) };
    for (let bins = 1; bins <= 60; bins++) {
      const step = (limits.high - limits.low) / bins;
      const edges = Array.from({ length: bins }, (_, i) => limits.low + step * i);
      const values = Float32Array.from(edges);
      const counts = new Uint32Array(bins);
      const inside = values.filter((value) => value >= limits.low && value <= limits.high);
      for (const value of inside) counts[edges.findLastIndex((edge) => edge <= value)]!++;
      expect(histogram(values, bins, limits).counts).toEqual(counts);
    }
  });

  it("looks at a part, and counts what is not finite", () => {
    const limits = { low: 0, high: 4 };
    expect(histogram(odd, 2, limits, 1, 6)).toEqual({
      counts: new Uint32Array([2, 1]),
      limits,
      below: 0,
      above: 0,
      nanCount: 0,
      infCount: 2,
    });
  });

  it("puts all into the first bin between limits without width", () => {
    const found = histogram(new Float32Array([2, 2, 3]), 3, { low: 2, high: 2 });
    expect(found.counts).toEqual(new Uint32Array([2, 0, 0]));
    expect(found.above).toBe(1);
  });

  it.each([0, 1.5, NaN])("refuses %d bins", (bins) => {
    expect(() => histogram(odd, bins, { low: 0, high: 1 })).toThrow(`Received ${bins} bins`);
  });
});

describe("difference", () => {
  it("is signed, and honest about what is not finite", () => {
    const one = (values: number[]) => ({
      height: 2,
      width: 3,
      channels: 1,
      values: new Float32Array(values),
    });
    const a = one([1, 2, NaN, Infinity, Infinity, 0]);
    const b = one([3, 0.5, 1, 1, Infinity, 0]);
    expect(difference(a, b)).toEqual(one([-2, 1.5, NaN, Infinity, NaN, 0]));
  });

  it("says both shapes where they differ", () => {
    const a = { height: 2, width: 3, channels: 4, values: new Float32Array(24) };
    const b = { height: 3, width: 2, channels: 4, values: new Float32Array(24) };
    expect(() => difference(a, b)).toThrow("Maps of 2 × 3 × 4 and of 3 × 2 × 4");
  });
});

describe("distances", () => {
  it("are those of NumPy", () => {
    const finite = NORMAL.filter(Number.isFinite);
    expect(distances(finite.subarray(0, 30), finite.subarray(30, 60))).toEqual({
      l1: expect.closeTo(72.56371667608619, 12),
      l2: expect.closeTo(15.917452918894405, 12),
      cosine: expect.closeTo(0.3396910396686331, 14),
      leftOut: 0,
      counted: 30,
    });
  });

  it("leave out what is not finite in one of them, and look at a part", () => {
    const a = new Float32Array([9, 3, NaN, 4, Infinity]);
    const b = new Float32Array([1, 0, 1, 0, Infinity]);
    expect(distances(a, b, 1)).toEqual({ l1: 7, l2: 5, cosine: null, leftOut: 2, counted: 2 });
  });

  it("have a cosine from -1 to 1", () => {
    const a = new Float32Array([0.1, 0.2, 0.3]);
    expect(distances(a, a)).toEqual({ l1: 0, l2: 0, cosine: 1, leftOut: 0, counted: 3 });
    expect(
      distances(
        a,
        a.map((value) => -value),
      ).cosine,
    ).toBe(-1);
  });

  it("have no length where nothing is finite", () => {
    const [nothing, one] = [new Float32Array([NaN]), new Float32Array([3])];
    expect(lengthOf(distances(nothing, one))).toBeNaN();
    expect(lengthOf(distances(one, one))).toBe(0);
  });

  it("refuse two of different lengths", () => {
    expect(() => distances(new Float32Array(2), new Float32Array(3))).toThrow(
      "2 values and 3 have no distance",
    );
  });
});
