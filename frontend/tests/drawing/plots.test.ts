import { describe, expect, it } from "vitest";
import { NON_FINITE_COLOURS } from "../../src/drawing/colours";
import { drawMap } from "../../src/drawing/pixels";
import { drawBar } from "../../src/drawing/plots";
import { MARKS } from "../../src/numbers/scale";

const INK = { positive: 1, negative: 2, quiet: 3 };
const NAN = NON_FINITE_COLOURS[MARKS.nan];
const ENTRIES = Uint32Array.from({ length: 256 }, (_, i) => i);

function target(width: number, height: number) {
  return { pixels: new Uint32Array(width * height), width, ink: INK };
}

function rows({ pixels, width }: { pixels: Uint32Array; width: number }): number[][] {
  return Array.from({ length: pixels.length / width }, (_, y) => [
    ...pixels.subarray(y * width, (y + 1) * width),
  ]);
}

function bar(value: number, limits: { low: number; high: number }, width = 9): number[] {
  const canvas = target(width, 1);
  drawBar(canvas, { x: 0, y: 0, width, height: 1 }, value, { limits });
  return rows(canvas)[0]!;
}

function line(values: number[], limits: { low: number; high: number }, width: number) {
  const canvas = target(width, 5);
  const maps = {
    height: 1,
    width: values.length,
    channels: 2,
    values: Float32Array.from([...values.map(() => 9), ...values]),
    form: { kind: "sequence" as const },
  };
  const scale = { limits, gamma: 1, signed: false };
  drawMap(canvas, { x: 0, y: 0, width, height: 5 }, maps, 1, scale, ENTRIES);
  return rows(canvas);
}

describe("a bar", () => {
  it("goes from zero, each sign to its own side in its own colour", () => {
    const limits = { low: -2, high: 2 };
    expect(bar(2, limits)).toEqual([0, 0, 0, 0, 3, 1, 1, 1, 1]);
    expect(bar(-1, limits)).toEqual([0, 0, 2, 2, 3, 0, 0, 0, 0]);
    expect(bar(0, limits)).toEqual([0, 0, 0, 0, 3, 0, 0, 0, 0]);
  });

  it("ends where the scale does, and is not seen to be none where it is not finite", () => {
    expect(bar(9, { low: 0, high: 2 })).toEqual(bar(2, { low: 0, high: 2 }));
    expect(bar(Number.NaN, { low: 0, high: 2 }, 3)).toEqual([NAN, NAN, NAN]);
  });

  it("is the whole of a unit's cell, wherever maps are drawn", () => {
    const canvas = target(3, 2);
    const maps = {
      height: 1,
      width: 1,
      channels: 2,
      values: Float32Array.from([0, 1]),
      form: { kind: "units" as const },
    };
    const scale = { limits: { low: 0, high: 1 }, gamma: 1, signed: false };
    drawMap(canvas, { x: 0, y: 0, width: 3, height: 2 }, maps, 1, scale, ENTRIES);
    expect(rows(canvas)).toEqual([
      [3, 1, 1],
      [3, 1, 1],
    ]);
  });
});

describe("a line", () => {
  it("joins its values, zero being a quiet line", () => {
    expect(line([0, 4, 0], { low: 0, high: 4 }, 3)).toEqual([
      [0, 1, 1],
      [0, 1, 1],
      [0, 1, 1],
      [0, 1, 1],
      [1, 1, 1],
    ]);
    expect(line([2, 2, 2], { low: 0, high: 4 }, 3)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [1, 1, 1],
      [0, 0, 0],
      [3, 3, 3],
    ]);
  });

  it("shows each of many values, however few pixels there are", () => {
    const values = Array<number>(1000).fill(0);
    values[501] = 4;
    const top = line(values, { low: 0, high: 4 }, 10)[0]!;
    expect(top.filter((colour) => colour === INK.positive).length).toBeGreaterThan(0);
  });

  it("marks what is not finite, and is broken there", () => {
    const drawn = line([2, Number.NaN, 2], { low: 1, high: 3 }, 3);
    expect(drawn.map((row) => row[1])).toEqual([NAN, NAN, NAN, NAN, NAN]);
    expect(drawn[2]).toEqual([1, NAN, 1]);
  });
});
