import { describe, expect, it } from "vitest";
import type { Maps } from "../../src/numbers/decode";
import {
  boxBetween,
  countIn,
  MIDDLE,
  meanScores,
  movedBox,
  regionOf,
  resizedBox,
  responsesIn,
} from "../../src/numbers/picture_box";

describe("a box on the picture", () => {
  it("has two places as corners, whichever way it was dragged", () => {
    const box = { left: 0.25, top: 0.5, right: 0.75, bottom: 0.875 };
    expect(boxBetween({ x: 0.25, y: 0.5 }, { x: 0.75, y: 0.875 })).toEqual(box);
    expect(boxBetween({ x: 0.75, y: 0.5 }, { x: 0.25, y: 0.875 })).toEqual(box);
    expect(boxBetween({ x: 0.75, y: 0.875 }, { x: 0.25, y: 0.5 })).toEqual(box);
  });

  it("ends at the picture, and is never without a side, also at its edge", () => {
    expect(boxBetween({ x: -3, y: 0.5 }, { x: 9, y: 0.5 })).toEqual({
      left: 0,
      top: 0.5,
      right: 1,
      bottom: 0.52,
    });
    expect(boxBetween({ x: 1, y: 1 }, { x: 1, y: 1 })).toEqual({
      left: 0.98,
      top: 0.98,
      right: 1,
      bottom: 1,
    });
  });

  it("moves as far as there is room, and keeps its size", () => {
    expect(movedBox(MIDDLE, 0.1, -0.2)).toEqual({
      left: 0.475,
      top: 0.175,
      right: 0.725,
      bottom: 0.425,
    });
    expect(movedBox(MIDDLE, 3, -3)).toEqual({ left: 0.75, top: 0, right: 1, bottom: 0.25 });
  });

  it("is resized at its right and bottom, and does not vanish", () => {
    expect(resizedBox(MIDDLE, 0.1, -0.1)).toEqual({ ...MIDDLE, right: 0.725, bottom: 0.525 });
    expect(resizedBox(MIDDLE, -1, 1)).toEqual({ ...MIDDLE, right: 0.395, bottom: 1 });
  });

  it("is a region of a picture of any size", () => {
    const box = { left: 0.25, top: 0.5, right: 0.75, bottom: 1 };
    expect(regionOf(box, { height: 10, width: 20 })).toEqual({
      row: 5,
      column: 5,
      height: 5,
      width: 10,
    });
  });
});

const AREA = { rows: { first: 0, end: 1 }, columns: { first: 1, end: 3 } };
const maps = (...channels: number[][]): Maps => ({
  height: 2,
  width: 3,
  channels: channels.length,
  values: Float32Array.from(channels.flat()),
});

describe("the response in a box", () => {
  it("is the mean inside less the mean outside, of both signs", () => {
    const found = responsesIn(
      maps([0, 4, 2, 1, 1, 2], [9, -4, -2, 1, 1, 1], [0, 0, 0, 0, 0, 0]),
      AREA,
    );
    expect(found).toEqual(Float64Array.of(3 - 1, -3 - 3, 0));
    expect(countIn(AREA)).toBe(2);
  });

  it("leaves out what is not finite, and is NaN where that leaves nothing on one side", () => {
    const found = responsesIn(
      maps(
        [NaN, 4, Infinity, 1, 1, -Infinity],
        [1, NaN, NaN, 1, 1, 1],
        [NaN, 1, 1, NaN, Infinity, NaN],
      ),
      AREA,
    );
    expect(found).toEqual(Float64Array.of(4 - 1, NaN, NaN));
  });

  it("of several inputs is the mean of those that have one", () => {
    const all = [Float64Array.of(1, NaN, NaN), Float64Array.of(3, 5, NaN)];
    expect(meanScores(all)).toEqual(Float64Array.of(2, 5, NaN));
    expect(meanScores([])).toEqual(new Float64Array(0));
  });
});
