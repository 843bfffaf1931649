import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Maps } from "../../src/numbers/decode";
import {
  compareMaps,
  cutShares,
  planeOf,
  responses,
  whyNoDifference,
} from "../../src/numbers/differences";

const maps = (height: number, width: number, channels: number, values: number[]): Maps => ({
  height,
  width,
  channels,
  values: Float32Array.from(values),
});

describe("planeOf", () => {
  it("gives one channel, without a copy", () => {
    const all = maps(1, 2, 3, [1, 2, 3, 4, 5, 6]);
    const plane = planeOf(all, 1);
    expect(plane).toEqual(maps(1, 2, 1, [3, 4]));
    expect(plane.values.buffer).toBe(all.values.buffer);
  });

  it.each([-1, 3, 0.5, NaN])("has no channel %s", (channel) => {
    expect(() => planeOf(maps(1, 2, 3, [1, 2, 3, 4, 5, 6]), channel)).toThrow(
      `Received channel ${channel}; expected 0 to 2.`,
    );
  });
});

describe("compared", () => {
  it("takes A from B, and measures it as a whole and by channel", () => {
    const a = maps(1, 2, 2, [3, 0, 1, 1]);
    const b = maps(1, 2, 2, [0, 4, 1, 1]);
    const found = compareMaps(a, b);
    expect(found.maps).toEqual(maps(1, 2, 2, [-3, 4, 0, 0]));
    const cosine = 2 / (Math.sqrt(11) * Math.sqrt(18));
    expect(found.total).toEqual({ l1: 7, l2: 5, cosine, leftOut: 0, counted: 4 });
    expect(found.channels[0]).toEqual({ l1: 7, l2: 5, cosine: 0, leftOut: 0, counted: 2 });
    expect(found.channels[1]!.l1).toBe(0);
    expect(found.channels[1]!.cosine).toBeCloseTo(1, 12);
  });

  it("counts what is not finite in either, and leaves it out of the distances", () => {
    const a = maps(1, 2, 2, [NaN, 2, Infinity, Infinity]);
    const b = maps(1, 2, 2, [1, 2, Infinity, 0]);
    const found = compareMaps(a, b);
    expect(found.maps.values).toEqual(Float32Array.of(NaN, 0, NaN, -Infinity));
    expect(found.total).toEqual({ l1: 0, l2: 0, cosine: 1, leftOut: 3, counted: 1 });
    expect(found.channels.map((one) => [one.leftOut, one.cosine])).toEqual([
      [1, 1],
      [2, null],
    ]);
  });
});

describe("whyApart", () => {
  it("has no reason for equal shapes, and says unequal ones", () => {
    expect(whyNoDifference(maps(1, 2, 1, [1, 2]), maps(1, 2, 1, [3, 4]))).toBeNull();
    expect(whyNoDifference(maps(1, 2, 1, [1, 2]), maps(2, 1, 1, [3, 4]))).toBe(
      "A is 1 × 2 × 1 and B is 2 × 1 × 1 (height × width × channels): " +
        "only values of one shape can be taken from each other.",
    );
  });
});

interface CutShareVector {
  name: string;
  before: (number | string)[];
  after: (number | string)[];
  share: number;
}

const FILE = new URL("../../../tests/imaging/cut_share_vectors.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(FILE, "utf8")) as { vectors: CutShareVector[] };
/** What JSON has no number for is a text, as Python writes it. */
const TEXTS: { [text: string]: number } = { nan: NaN, inf: Infinity, "-inf": -Infinity };

describe("cutShares", () => {
  const oneChannel = (numbers: readonly (number | string)[]) => ({
    height: 1,
    width: numbers.length,
    channels: 1,
    values: Float32Array.from(numbers, (number) =>
      typeof number === "string" ? TEXTS[number]! : number,
    ),
  });

  it.each(vectors)("agrees with Python: $name", ({ before, after, share }) => {
    expect(cutShares(oneChannel(before), oneChannel(after))).toEqual({
      share,
      shares: Float64Array.of(share),
    });
  });

  it("counts channel by channel", () => {
    const two = (...numbers: number[]) => ({
      ...oneChannel(numbers),
      width: 2,
      channels: 2,
    });
    expect(cutShares(two(-1, 2, -3, -4), two(0, 2, 0, 0))).toEqual({
      share: 0.75,
      shares: Float64Array.of(0.5, 1),
    });
  });
});

const twoPositions = (...values: number[]) => ({
  height: 1,
  width: 2,
  channels: values.length / 2,
  values: Float32Array.from(values),
});

describe("responses", () => {
  it("are apart as their maxima are, whichever is larger", () => {
    const scores = responses(twoPositions(1, 5, -3, -4), twoPositions(9, 0, 2, 0), "maximum");
    expect([...scores]).toEqual([4, 5]);
  });

  it("are apart as their values at a position are at most", () => {
    const scores = responses(twoPositions(1, 5, -3, -4), twoPositions(9, 4, 2, 0), "largest");
    expect([...scores]).toEqual([8, 5]);
  });

  it("are apart as their difference is long", () => {
    const scores = responses(twoPositions(3, 0, 1, 1), twoPositions(0, 4, 1, 1), "l2");
    expect([...scores]).toEqual([5, 0]);
  });

  it("leave out what is not finite, and have no score where nothing is left", () => {
    const one = twoPositions(NaN, 2, NaN, Infinity);
    const other = twoPositions(7, 5, 1, 1);
    expect([...responses(one, other, "maximum")]).toEqual([5, NaN]);
    expect([...responses(one, other, "largest")]).toEqual([3, NaN]);
    expect([...responses(one, other, "l2")]).toEqual([3, NaN]);
  });
});
