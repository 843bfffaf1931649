import { describe, expect, it } from "vitest";
import {
  classify,
  countMarks,
  MARKS,
  matrixCoverage,
  NOTHING,
  position,
  type Scale,
  together,
  unbend,
} from "../../src/numbers/scale";

const plain: Scale = { limits: { low: 1, high: 5 }, gamma: 1, signed: false };
const signed: Scale = { limits: { low: -2, high: 4 }, gamma: 2, signed: true };

describe("position", () => {
  it.each([
    [1, 0],
    [2, 0.25],
    [5, 1],
    [0, 0],
    [6, 1],
    [-Infinity, 0],
    [Infinity, 1],
    [NaN, NaN],
  ])("of %d is %d", (value, expected) => {
    expect(position(value, plain)).toBe(expected);
  });

  it("is lifted by a gamma below 1", () => {
    expect(position(2, { ...plain, gamma: 0.5 })).toBe(0.5);
  });

  it.each([
    [-4, 0.375],
    [-2, 0.375],
    [0, 0.5],
    [2, 0.625],
    [4, 1],
  ])("of %d on a signed scale with gamma 2 is %d", (value, expected) => {
    expect(position(value, signed)).toBe(expected);
  });

  it("leaves values as they are, clipped, where the limits have no width", () => {
    const flat: Scale = { limits: { low: 0.25, high: 0.25 }, gamma: 1, signed: false };
    expect([0.25, 7, -7].map((value) => position(value, flat))).toEqual([0.25, 1, 0]);
    expect(position(NaN, flat)).toBeNaN();
  });

  it("is in the middle of a signed scale without width", () => {
    const flat: Scale = { limits: { low: 0, high: 0 }, gamma: 0.5, signed: true };
    expect(position(0, flat)).toBe(0.5);
    expect(position(NaN, flat)).toBeNaN();
  });
});

it.each([
  { ...plain, gamma: 0.3 },
  { ...signed, limits: { low: -4, high: 4 }, gamma: 3 },
  { ...plain, log: true },
  { ...signed, limits: { low: -4, high: 4 }, log: true },
])("unbend is the inverse of what bends, %j", (scale) => {
  for (let share = 0; share <= 1; share += 1 / 64) {
    const { low, high } = scale.limits;
    const value = low + (high - low) * unbend(share, scale);
    expect(position(value, scale)).toBeCloseTo(share, 10);
  }
});

describe("classify", () => {
  it.each([
    [1, MARKS.none],
    [5, MARKS.none],
    [0.999, MARKS.below],
    [5.001, MARKS.above],
    [NaN, MARKS.nan],
    [Infinity, MARKS.plus],
    [-Infinity, MARKS.minus],
  ])("%d gets mark %d", (value, mark) => {
    expect(classify(value, plain.limits)).toBe(mark);
  });

  it("takes what rounding adds for a part of the scale, but no more", () => {
    const limits = { low: -0.1, high: 0.1 };
    expect(classify(Math.fround(0.1), limits)).toBe(MARKS.none);
    expect(classify(0.1 * (1 + 3 * 2 ** -23), limits)).toBe(MARKS.above);
    expect(classify(-0.1 * (1 + 3 * 2 ** -23), limits)).toBe(MARKS.below);
  });
});

const LIMITS = { low: -1, high: 2 };
const VALUES = new Float32Array([-2, -1, 0, 2, 3, 4, NaN, Infinity, -Infinity, -Infinity]);

it("countMarks counts what a scale cannot show", () => {
  expect(countMarks(VALUES, LIMITS)).toEqual({ 0: 3, 1: 1, 2: 2, 3: 1, 4: 1, 5: 2 });
  expect(countMarks(VALUES, LIMITS, 1, 5)).toEqual({ 0: 3, 1: 0, 2: 1, 3: 0, 4: 0, 5: 0 });
});

it("countMarks does not take the rounding of float32 for clipped values", () => {
  const high = 0.1;
  const values = new Float32Array([high]);
  expect(values[0]).toBeGreaterThan(high);
  expect(countMarks(values, { low: 0, high })[2]).toBe(0);
});

it("together adds counts and joins limits", () => {
  const one = {
    limits: { low: 0, high: 1 },
    seen: { low: -2, high: 4 },
    marks: countMarks(VALUES, LIMITS),
  };
  const other = {
    limits: { low: -3, high: 0.5 },
    seen: { low: -5, high: -5 },
    marks: countMarks(VALUES, LIMITS, 0, 1),
  };
  expect(together([one, NOTHING, other])).toEqual({
    limits: { low: -3, high: 1 },
    seen: { low: -5, high: 4 },
    marks: { 0: 3, 1: 2, 2: 2, 3: 1, 4: 1, 5: 2 },
  });
  expect(together([])).toEqual(NOTHING);
});

it("matrixCoverage leaves out what is missing", () => {
  const matrix = {
    rows: 2,
    columns: 3,
    values: new Float32Array([0, NaN, NaN, 5, 1, NaN]),
    missing: new Uint8Array([0, 1, 0, 0, 0, 1]),
  };
  const limitsOf = (row: number) => ({ low: 0, high: row ? 2 : 1 });
  expect(matrixCoverage(matrix, limitsOf)).toEqual({
    limits: { low: 0, high: 2 },
    seen: { low: 0, high: 5 },
    marks: { 0: 2, 1: 0, 2: 1, 3: 1, 4: 0, 5: 0 },
  });
});
