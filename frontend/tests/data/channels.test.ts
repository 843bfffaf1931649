import { describe, expect, it } from "vitest";
import { channelIn, peaksOf, strongestFirst } from "../../src/data/channels";

const MAPS = {
  height: 1,
  width: 3,
  channels: 4,
  values: new Float32Array([0, -5, 1, NaN, NaN, Infinity, 0, 2, 2, -3, 0, 0]),
};

describe("what stands out of channels", () => {
  it("is the maximum", () => {
    const peaks = peaksOf(MAPS, false);
    expect(peaks).toEqual([
      { value: 1, position: { row: 0, column: 2 } },
      null,
      { value: 2, position: { row: 0, column: 1 } },
      { value: 0, position: { row: 0, column: 1 } },
    ]);
    expect(strongestFirst(peaks, false).map(({ channel }) => channel)).toEqual([2, 0, 3]);
    expect(channelIn(MAPS, null, false)).toBe(2);
  });

  it("is what is farthest from zero of what was removed", () => {
    const peaks = peaksOf(MAPS, true);
    expect(peaks).toEqual([
      { value: -5, position: { row: 0, column: 1 } },
      null,
      { value: 2, position: { row: 0, column: 1 } },
      { value: -3, position: { row: 0, column: 0 } },
    ]);
    expect(strongestFirst(peaks, true)).toEqual([
      { channel: 0, value: -5 },
      { channel: 3, value: -3 },
      { channel: 2, value: 2 },
    ]);
    expect(channelIn(MAPS, null, true)).toBe(0);
  });

  it("is not asked for where a channel was chosen that the layer has", () => {
    expect(channelIn(MAPS, 3, false)).toBe(3);
    expect(channelIn(MAPS, 4, false)).toBe(2);
    const nothing = { ...MAPS, channels: 1, values: new Float32Array(3).fill(NaN) };
    expect(channelIn(nothing, null, false)).toBe(0);
  });
});
