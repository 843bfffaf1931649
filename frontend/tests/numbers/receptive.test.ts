import { expect, it } from "vitest";
import { fieldAt, type ReceptiveField } from "../../src/numbers/receptive";

const field: ReceptiveField = { size: [7, 5], stride: [2, 4], start: [-3, 0] };

it.each([
  [0, 0, { row: 0, column: 0, height: 4, width: 5 }],
  [1, 1, { row: 0, column: 4, height: 6, width: 5 }],
  [4, 2, { row: 5, column: 8, height: 5, width: 4 }],
  [9, 9, { row: 10, column: 12, height: 0, width: 0 }],
])("the field of %d, %d is cut off at the input", (row, column, expected) => {
  expect(fieldAt(field, row, column, 10, 12)).toEqual(expected);
});

it("a field that is larger than the input is all of it", () => {
  const wide: ReceptiveField = { size: [99, 99], stride: [1, 1], start: [-40, -40] };
  expect(fieldAt(wide, 3, 3, 10, 12)).toEqual({ row: 0, column: 0, height: 10, width: 12 });
});
