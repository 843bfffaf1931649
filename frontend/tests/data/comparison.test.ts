import { describe, expect, it } from "vitest";
import { comparedOf, differenceOf, planeDifference } from "../../src/data/comparison";
import type { Maps } from "../../src/numbers/decode";

const maps = (channels: number, ...values: number[]): Maps => ({
  height: 1,
  width: values.length / channels,
  channels,
  values: Float32Array.from(values),
});

const a = maps(2, 3, 0, 1, 1);
const b = maps(2, 0, 4, 1, 2);

/** A difference that is there. */
function there(found: ReturnType<typeof differenceOf>) {
  if (found.reason !== null) throw new Error(found.reason);
  return found;
}

describe("comparedOf", () => {
  it("computes once for the same two, anew for others", () => {
    expect(comparedOf(a, b)).toBe(comparedOf(a, b));
    expect(comparedOf(a, a).maps.values).toEqual(Float32Array.of(0, 0, 0, 0));
    expect(comparedOf(a, b).maps.values).toEqual(Float32Array.of(-3, 4, 0, 1));
  });
});

describe("differenceOf", () => {
  it("measures each channel against that of the same number", () => {
    const found = there(differenceOf(a, b));
    expect(found.maps.values).toEqual(Float32Array.of(-3, 4, 0, 1));
    expect(found.scores).toEqual(Float64Array.of(5, 1));
    expect([found.total.l1, found.ofChannel(0).l1, found.ofChannel(1).l1]).toEqual([8, 7, 1]);
  });

  it("says why there is none", () => {
    const { reason } = differenceOf(a, maps(1, 1, 2));
    expect(reason).toMatch(/^A is 1 × 2 × 2 and B is 1 × 2 × 1 /);
  });
});

describe("planeDifference", () => {
  it("shows a channel within all of them, measured by itself", () => {
    const found = there(planeDifference(a, 1, b, 1));
    expect(found.maps).toBe(comparedOf(a, b).maps);
    expect([found.total.l1, found.ofChannel(0).l1, found.scores]).toEqual([1, 1, null]);
  });

  it("compares unlike channels, at the number of the first", () => {
    const found = there(planeDifference(a, 1, b, 0));
    expect(found.maps).toEqual(maps(2, 0, 0, -1, 3));
    expect([found.total.l1, found.total.l2]).toEqual([4, Math.sqrt(10)]);
  });

  it("compares channels of layers that have not as many", () => {
    expect(there(planeDifference(a, 1, maps(1, 1, 0), 0)).maps).toEqual(maps(2, 0, 0, 0, -1));
    expect(planeDifference(a, 0, maps(1, 1, 0, 0), 0).reason).toMatch(/^A is 1 × 2 × 1 /);
  });
});
