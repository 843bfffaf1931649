import { describe, expect, it } from "vitest";
import {
  type Comparables,
  type ExactSelection,
  isChosen,
  isOpen,
  type Proposal,
  proposals,
  swapped,
} from "../../src/data/sides";
import { START } from "../../src/state/state";

const around: Comparables = {
  steps: [0, 2, 11],
  step: 11,
  inputs: ["face", "face-eye-closed"],
  input: "face",
  runs: ["fast", "small"],
  run: "small",
};

describe("proposals", () => {
  const first = { part: "step", value: 0, words: "first step" };
  const latest = { part: "step", value: 11, words: "latest step" };
  const input = { part: "input", value: "face-eye-closed", words: "next input" };
  const run = { part: "run", value: "fast", words: "next run with this layer" };

  it("begin with the first step where there are several, at the first with the latest", () => {
    expect(proposals(around)).toEqual([first, input, run]);
    expect(proposals({ ...around, step: 2 })).toEqual([first, latest, input, run]);
    expect(proposals({ ...around, step: 0 })).toEqual([latest, input, run]);
  });

  it("begin with the next input where there is one step", () => {
    const one = { ...around, steps: [11] };
    expect(proposals(one)).toEqual([input, run]);
    expect(proposals({ ...one, input: "face-eye-closed" })).toEqual([
      { ...input, value: "face" },
      run,
    ]);
  });

  it("begin with the next run where there is one step and one input", () => {
    expect(proposals({ ...around, steps: [], inputs: ["face"] })).toEqual([run]);
  });

  it("are none where there is nothing else", () => {
    expect(proposals({ ...around, steps: [11], inputs: ["face"], runs: ["small"] })).toEqual(
      [],
    );
    expect(proposals({ ...around, steps: [], inputs: [], runs: [] })).toEqual([]);
  });
});

describe("isChosen", () => {
  const input: Proposal = { part: "input", value: "face", words: "next input" };

  it("is a side B that has this of its own and nothing else", () => {
    expect(isChosen(input, { ...START.b, input: "face" })).toBe(true);
    expect(isChosen(input, { ...START.b, input: "face", step: 0 })).toBe(false);
    expect(isChosen(input, { ...START.b, input: "other" })).toBe(false);
    expect(isChosen(input, START.b)).toBe(false);
  });
});

describe("isOpen", () => {
  it("is only what was left open in every part", () => {
    expect(isOpen(START.b)).toBe(true);
    expect(isOpen({ ...START.b, step: 0 })).toBe(false);
    expect(isOpen({ ...START.b, run: "" })).toBe(false);
  });
});

describe("swapped", () => {
  const a: ExactSelection = {
    run: "small",
    step: 11,
    input: "face",
    layer: "relu2",
    channel: 3,
  };

  it("swaps what differs, and leaves the rest as it was chosen", () => {
    expect(swapped(START.a, { a, b: { ...a, step: 0, input: "eye" } }, true)).toEqual({
      a: { ...START.a, step: 0, input: "eye" },
      b: { ...START.b, step: 11, input: "face" },
    });
  });

  it("says the steps of two runs, and goes on following where that is the same", () => {
    const b = { ...a, run: "fast" };
    expect(swapped(START.a, { a, b }, true)).toEqual({
      a: { ...START.a, run: "fast", step: 11 },
      b: { ...START.b, run: "small" },
    });
    expect(swapped(START.a, { a, b }, false)).toEqual({
      a: { ...START.a, run: "fast", step: 11 },
      b: { ...START.b, run: "small", step: 11 },
    });
    expect(swapped(START.a, { a, b: { ...b, step: 10 } }, true)).toEqual({
      a: { ...START.a, run: "fast", step: 10 },
      b: { ...START.b, run: "small", step: 11 },
    });
  });

  it("comes back to what was there when it is done twice", () => {
    const b: ExactSelection = {
      run: "fast",
      step: 4,
      input: "eye",
      layer: "relu3",
      channel: 5,
    };
    const once = swapped({ ...a }, { a, b }, true);
    expect(once).toEqual({ a: b, b: a });
    expect(swapped(once.a, { a: b, b: a }, false)).toEqual({ a, b });
  });
});
