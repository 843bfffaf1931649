import { expect, it } from "vitest";
import { countMarks, matrixCoverage, NOTHING, together } from "../../src/numbers/marks";

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
  const one = { limits: { low: 0, high: 1 }, marks: countMarks(VALUES, LIMITS) };
  const other = { limits: { low: -3, high: 0.5 }, marks: countMarks(VALUES, LIMITS, 0, 1) };
  expect(together([one, NOTHING, other])).toEqual({
    limits: { low: -3, high: 1 },
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
    marks: { 0: 2, 1: 0, 2: 1, 3: 1, 4: 0, 5: 0 },
  });
});
