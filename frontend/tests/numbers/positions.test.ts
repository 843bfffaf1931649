import { describe, expect, it } from "vitest";
import { barOf, largestFirst, limitsWithZero, valuesAt } from "../../src/numbers/positions";

const maps = {
  height: 2,
  width: 3,
  channels: 2,
  values: Float32Array.from([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]),
};

describe("values at a position", () => {
  it("are those of all channels", () => {
    expect([...valuesAt(maps, { row: 0, column: 0 })]).toEqual([0, 10]);
    expect([...valuesAt(maps, { row: 1, column: 2 })]).toEqual([5, 15]);
  });

  it("are sorted from the largest, infinities at the ends and NaN last", () => {
    const values = Float32Array.from([NaN, 2, Infinity, 2, -Infinity, -1]);
    expect(largestFirst(values)).toEqual([2, 1, 3, 5, 4, 0]);
  });
});

describe("bars", () => {
  it("have limits that hold zero and what is finite", () => {
    expect(limitsWithZero(Float32Array.from([2, NaN, 5]))).toEqual({ low: 0, high: 5 });
    expect(limitsWithZero(Float32Array.from([-2, -5, Infinity]))).toEqual({ low: -5, high: 0 });
    expect(limitsWithZero(Float32Array.from([NaN]))).toEqual({ low: 0, high: 0 });
  });

  it("reach from zero to their value", () => {
    const limits = { low: -1, high: 3 };
    expect(barOf(3, limits)).toEqual({ from: 0.25, to: 1 });
    expect(barOf(-0.5, limits)).toEqual({ from: 0.125, to: 0.25 });
    expect(barOf(0, limits)).toEqual({ from: 0.25, to: 0.25 });
    expect(barOf(Infinity, limits)).toEqual({ from: 0.25, to: 1 });
    expect(barOf(0, { low: 0, high: 0 })).toEqual({ from: 0, to: 0 });
  });
});
