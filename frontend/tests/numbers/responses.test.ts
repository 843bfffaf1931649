import { describe, expect, it } from "vitest";
import { responses } from "../../src/numbers/responses";

const maps = (...values: number[]) => ({
  height: 1,
  width: 2,
  channels: values.length / 2,
  values: Float32Array.from(values),
});

describe("responses", () => {
  it("are apart as their maxima are, whichever is larger", () => {
    const scores = responses(maps(1, 5, -3, -4), maps(9, 0, 2, 0), "maximum");
    expect([...scores]).toEqual([4, 5]);
  });

  it("are apart as their values at a position are at most", () => {
    const scores = responses(maps(1, 5, -3, -4), maps(9, 4, 2, 0), "largest");
    expect([...scores]).toEqual([8, 5]);
  });

  it("are apart as their difference is long", () => {
    const scores = responses(maps(3, 0, 1, 1), maps(0, 4, 1, 1), "l2");
    expect([...scores]).toEqual([5, 0]);
  });

  it("leave out what is not finite, and have no score where nothing is left", () => {
    const one = maps(NaN, 2, NaN, Infinity);
    const other = maps(7, 5, 1, 1);
    expect([...responses(one, other, "maximum")]).toEqual([5, NaN]);
    expect([...responses(one, other, "largest")]).toEqual([3, NaN]);
    expect([...responses(one, other, "l2")]).toEqual([3, NaN]);
  });
});
