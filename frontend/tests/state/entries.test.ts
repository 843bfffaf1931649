import { describe, expect, it } from "vitest";
import { isElsewhere } from "../../src/state/entries";
import { type Selection, START, type State } from "../../src/state/state";

const side = (part: Partial<Selection>): Selection => ({ ...START.a, ...part });

const ELSEWHERE: Partial<State>[] = [
  { view: "compare" },
  ...[{ run: "" }, { layer: "conv1" }, { input: "dull" }, { channel: 0 }].flatMap((part) => [
    { a: side(part) },
    { b: side(part) },
  ]),
];

const THE_SAME: Partial<State>[] = [
  {},
  { a: side({}) },
  { a: side({ step: 0 }) },
  { b: side({ step: 3 }) },
  { scale: { ...START.scale, mode: "fixed" } },
  { sort: { by: "max", descending: true } },
  { search: "7" },
  { pins: new Map([["conv1", [7]]]) },
  { compare: { ...START.compare, how: "blink" } },
  { place: { y: 0, x: 0 } },
];

describe("isElsewhere", () => {
  it.each(ELSEWHERE)("is so for another view, run, layer, input or channel: %j", (part) => {
    const other = { ...START, ...part };
    expect([isElsewhere(START, other), isElsewhere(other, START)]).toEqual([true, true]);
  });

  it.each(THE_SAME)("is not for another step, nor another way to show it: %j", (part) => {
    expect(isElsewhere(START, { ...START, ...part })).toBe(false);
  });
});
