import { describe, expect, it } from "vitest";
import {
  comparedOf,
  differenceOf,
  planeDifference,
  scalingOfSides,
} from "../../src/data/comparison";
import type { ShownRecord } from "../../src/data/records";
import type { Maps } from "../../src/numbers/decode";
import { type SideShare, START } from "../../src/state/state";

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

describe("scalingOfSides", () => {
  const record = (...values: number[]) =>
    ({ maps: maps(2, ...values) }) as unknown as ShownRecord;
  const calm = record(0, 1, 0, 0.5);
  const wild = record(0, 300, 2, 100);
  function told(
    one: ShownRecord,
    other: ShownRecord,
    chosen: SideShare = "auto",
    channels: { a: number; b: number } | null = null,
    mode: "auto" | "layer" | "fixed" | "channel" = "auto",
  ) {
    const choice = { ...START.scale, mode };
    const answer = scalingOfSides(one, other, choice, chosen, channels);
    if (answer.state !== "ready") throw new Error(answer.state);
    const { a: ofA, b: ofB, ...rest } = answer.value;
    const ends = [ofA, ofB].map(({ limits }) => [limits(0).low, limits(0).high]);
    return { ends, words: [ofA.words, ofB.words], ...rest };
  }
  const least = { who: "A", share: 1 / 300 };
  const words = "smallest to largest value of the layer for this input";

  it("is common where each side uses at least a tenth of it", () => {
    const both = "smallest to largest value of all that is shown";
    expect(told(calm, record(0, 9, 1, 0))).toEqual({
      ends: [
        [0, 9],
        [0, 9],
      ],
      words: [both, both],
      shares: "common",
      automatic: "common",
      least: null,
    });
  });

  it("is each side's own where one would use less", () => {
    const ends = [
      [0, 1],
      [0, 300],
    ];
    const apart = { ends, words: [`A: ${words}`, `B: ${words}`], shares: "each" };
    expect(told(calm, wild)).toEqual({ ...apart, automatic: "each", least });
    expect(told(wild, calm).least).toEqual({ who: "B", share: 1 / 300 });
    expect(told(calm, calm, "each")).toMatchObject({ shares: "each", automatic: "common" });
  });

  it("is common where that was chosen, and tells who uses too little", () => {
    expect(told(calm, wild, "common")).toMatchObject({
      ends: [
        [0, 300],
        [0, 300],
      ],
      shares: "common",
      automatic: "each",
      least,
    });
  });

  it("is that of the channels shown, where it is one each", () => {
    expect(told(calm, wild, "auto", { a: 1, b: 1 }).ends).toEqual([
      [0, 0.5],
      [2, 100],
    ]);
    expect(told(calm, wild, "common", { a: 1, b: 1 }, "channel").ends).toEqual([
      [0, 100],
      [0, 100],
    ]);
    expect(told(calm, wild, "auto", { a: 1, b: 1 }, "layer").ends).toEqual([
      [0, 1],
      [0, 300],
    ]);
  });

  it("is one where the ends are fixed", () => {
    expect(told(calm, wild, "each", null, "fixed")).toMatchObject({
      ends: [
        [0, 1],
        [0, 1],
      ],
      shares: "common",
    });
  });
});
