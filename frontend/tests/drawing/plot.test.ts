import { describe, expect, it } from "vitest";
import {
  type Axes,
  across,
  alone,
  axesOf,
  down,
  nearestX,
  pathOf,
} from "../../src/drawing/plot";

const FRAME = { x: 50, y: 10, width: 200, height: 100 };
const AXES: Axes = { x: { low: 0, high: 10 }, y: { low: -1, high: 1 } };

describe("axes", () => {
  it("hold all points, with room above and below", () => {
    const lines = [
      [
        { x: 2, y: 0 },
        { x: 4, y: null },
      ],
      [{ x: -3, y: 10 }],
    ];
    expect(axesOf(lines)).toEqual({ x: { low: -3, high: 4 }, y: { low: -0.5, high: 10.5 } });
  });

  it("have a width around a single value", () => {
    expect(axesOf([[{ x: 0, y: 4 }]])).toEqual({
      x: { low: -0.5, high: 0.5 },
      y: { low: 2, high: 6 },
    });
    expect(axesOf([[{ x: -2, y: 0 }]])).toEqual({
      x: { low: -3, high: -1 },
      y: { low: -0.5, high: 0.5 },
    });
  });

  it("are not there without a value", () => {
    expect(axesOf([[{ x: 1, y: null }], []])).toBeNull();
  });
});

describe("places", () => {
  it("go right with x and up with y", () => {
    expect([0, 5, 10].map((x) => across(AXES, FRAME, x))).toEqual([50, 150, 250]);
    expect([-1, 0, 1].map((y) => down(AXES, FRAME, y))).toEqual([110, 60, 10]);
  });

  it("become a path that has gaps", () => {
    const points = [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
      { x: 2, y: null },
      { x: 10, y: 1 / 3 },
    ];
    expect(pathOf(AXES, FRAME, points)).toBe("M50 60L70 10M250 43.3");
  });
});

describe("points alone", () => {
  it("are those without a value beside them", () => {
    const points = [1, null, 2, 3, null, 4].map((y, x) => ({ x, y }));
    expect(alone(points)).toEqual([
      { x: 0, y: 1 },
      { x: 5, y: 4 },
    ]);
    expect(alone([{ x: 7, y: 0 }])).toEqual([{ x: 7, y: 0 }]);
  });
});

describe("the nearest place", () => {
  it("is one that has a point, of any line, with a value or not", () => {
    const lines = [
      [{ x: 0, y: 1 }],
      [
        { x: 4, y: null },
        { x: 10, y: 1 },
      ],
    ];
    const at = (pixels: number) => nearestX(AXES, FRAME, lines, pixels);
    expect([-5, 89, 91, 1000].map(at)).toEqual([0, 0, 4, 10]);
    expect(nearestX(AXES, FRAME, [[]], 60)).toBeNull();
  });
});
