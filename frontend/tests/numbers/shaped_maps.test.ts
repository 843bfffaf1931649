import { describe, expect, it } from "vitest";
import { queryMaps, shapedMaps } from "../../src/numbers/shaped_maps";
import { difference } from "../../src/numbers/statistics";

const GRID = { size: [2, 3] as const, class_tokens: 1 };
/** Two channels of seven tokens: 0 … 6 and 10 … 16. */
const TOKENS = {
  height: 1,
  width: 7,
  channels: 2,
  values: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16]),
};

describe("tokens with a grid", () => {
  it("are folded row by row, their class tokens apart", () => {
    const form = { kind: "tokens", grid: GRID } as const;
    expect(shapedMaps(TOKENS, form)).toEqual({
      form,
      height: 2,
      width: 3,
      channels: 2,
      values: Float32Array.from([1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]),
      apart: { height: 1, width: 1, channels: 2, values: Float32Array.from([0, 10]) },
    });
  });

  it("have nothing apart without class tokens", () => {
    const grid = { size: [1, 7] as const, class_tokens: 0 };
    const shaped = shapedMaps(TOKENS, { kind: "tokens", grid });
    expect([shaped.height, shaped.width, "apart" in shaped]).toEqual([1, 7, false]);
    expect(shaped.values).toEqual(TOKENS.values);
  });

  it("keep what they are in a difference", () => {
    const shaped = shapedMaps(TOKENS, { kind: "tokens", grid: GRID });
    const other = shapedMaps(
      { ...TOKENS, values: TOKENS.values.map((value) => value / 2) },
      { kind: "tokens", grid: GRID },
    );
    expect(difference(shaped, other)).toEqual(other);
  });
});

it("whatever has no grid stays as it is, and says what it is", () => {
  expect(shapedMaps(TOKENS, { kind: "sequence" })).toEqual({
    ...TOKENS,
    form: { kind: "sequence" },
  });
});

describe("what a query attends to", () => {
  /** Two heads, two queries, seven keys. */
  const scores = {
    height: 2,
    width: 7,
    channels: 2,
    values: Float32Array.from({ length: 28 }, (_, i) => i),
  };

  it("is a map of the keys where their grid is known", () => {
    const maps = queryMaps({ ...scores, form: { kind: "scores", grid: GRID } }, 1);
    expect([
      maps.height,
      maps.width,
      [...maps.values],
      [...(maps.apart?.values ?? [])],
    ]).toEqual([2, 3, [8, 9, 10, 11, 12, 13, 22, 23, 24, 25, 26, 27], [7, 21]]);
  });

  it("is a sequence of keys else", () => {
    const maps = queryMaps({ ...scores, form: { kind: "scores", grid: null } }, 0);
    expect([maps.height, maps.width, maps.form]).toEqual([1, 7, { kind: "sequence" }]);
    expect([...maps.values]).toEqual([0, 1, 2, 3, 4, 5, 6, 14, 15, 16, 17, 18, 19, 20]);
  });
});
