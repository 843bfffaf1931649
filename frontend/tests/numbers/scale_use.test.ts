import { describe, expect, it } from "vitest";
import { LEAST_USE, tooLittle, useOf } from "../../src/numbers/scale_use";

const SCALE = { low: 0, high: 100 };
const upTo = (high: number) => ({ low: 0, high });

describe("how much of a scale is used", () => {
  it.each([
    [{ low: 0, high: 100 }, 1],
    [{ low: 95, high: 100 }, 0.05],
    [{ low: -50, high: 50 }, 0.5],
    [{ low: 200, high: 300 }, 0],
    [{ low: -1e9, high: 1e9 }, 1],
  ])("is the share between the smallest and the largest of %o", (seen, share) => {
    expect(useOf(SCALE, seen)).toBe(share);
  });

  it("is nothing to speak of where no scale would show more", () => {
    expect(useOf(SCALE, { low: 7, high: 7 })).toBeNull();
    expect(useOf(SCALE, null)).toBeNull();
  });

  it("is none of a scale without width, where values differ", () => {
    expect(useOf({ low: 1, high: 1 }, upTo(2))).toBe(0);
  });
});

describe("what uses too little of a scale", () => {
  it("is what uses less than a tenth, and of several the one that uses least", () => {
    expect(LEAST_USE).toBe(0.1);
    expect(tooLittle(SCALE, [upTo(10), null, upTo(0)])).toBeNull();
    expect(tooLittle(SCALE, [upTo(100), upTo(9), upTo(3), upTo(5)])).toEqual({
      index: 2,
      share: 0.03,
    });
  });
});
