import { describe, expect, it } from "vitest";
import { moved, stretched, WHOLE, wheelFactor, zoomed } from "../../src/numbers/lens";

describe("a lens", () => {
  it("keeps the place that it enlarges about where it is", () => {
    const once = zoomed(WHOLE, 2, { x: 0.25, y: 0.75 });
    expect(once).toEqual({ factor: 2, x: 0.125, y: 0.375 });
    const at = { x: 0.5, y: 0.5 };
    const twice = zoomed(once, 2, at);
    expect(twice.x + at.x / twice.factor).toBeCloseTo(once.x + at.x / once.factor, 12);
    expect(twice.y + at.y / twice.factor).toBeCloseTo(once.y + at.y / once.factor, 12);
    expect(zoomed(twice, 0.5, at)).toEqual(once);
  });

  it("shows no less than all of it, and nothing beside it", () => {
    expect(zoomed(WHOLE, 0.5, { x: 0.5, y: 0.5 })).toEqual(WHOLE);
    const corner = zoomed(WHOLE, 4, { x: 1, y: 1 });
    expect(corner).toEqual({ factor: 4, x: 0.75, y: 0.75 });
    expect(zoomed(corner, 0.5, { x: 0, y: 0 })).toEqual({ factor: 2, x: 0.5, y: 0.5 });
    expect(zoomed(WHOLE, 1000, { x: 0, y: 0 })).toEqual({ factor: 16, x: 0, y: 0 });
  });

  it("moves with what is dragged, to the edges", () => {
    const lens = { factor: 4, x: 0.5, y: 0.5 };
    expect(moved(lens, 0.5, -0.5)).toEqual({ factor: 4, x: 0.375, y: 0.625 });
    expect(moved(lens, 9, -9)).toEqual({ factor: 4, x: 0, y: 0.75 });
    expect(moved(WHOLE, 0.3, 0.3)).toEqual(WHOLE);
  });
});

describe("a turn of the wheel", () => {
  it("enlarges upwards, by little at once, and back by the same", () => {
    expect(wheelFactor({ deltaY: -5, deltaMode: 0 })).toBeCloseTo(Math.exp(0.05), 12);
    expect(wheelFactor({ deltaY: -120, deltaMode: 0 })).toBeCloseTo(Math.exp(0.3), 12);
    expect(wheelFactor({ deltaY: 3, deltaMode: 1 })).toBeCloseTo(Math.exp(-0.3), 12);
    expect(wheelFactor({ deltaY: 0, deltaMode: 0 })).toBe(1);
  });
});

describe("a side under a lens", () => {
  it("has whole pixels for its values if it has without", () => {
    expect(stretched(140, 14, { factor: 1, start: 0 })).toEqual({ from: -0, length: 140 });
    expect(stretched(140, 14, { factor: 2.04, start: 0.25 })).toEqual({
      from: -70,
      length: 280,
    });
    expect(stretched(100, 300, { factor: 1.5, start: 0.1 })).toEqual({
      from: -15,
      length: 150,
    });
  });

  it("leaves no room at its end", () => {
    expect(stretched(140, 14, { factor: 1.04, start: 0.04 })).toEqual({
      from: -0,
      length: 140,
    });
    const { from, length } = stretched(140, 14, { factor: 3.96, start: 1 - 1 / 3.96 });
    expect(from + length).toBeGreaterThanOrEqual(140);
  });
});
