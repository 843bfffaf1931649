import { describe, expect, it } from "vitest";
import { type Around, type Exact, isOpen, proposal, swapped } from "../../src/data/proposal";
import { START } from "../../src/state/state";

const around: Around = {
  steps: [0, 2, 11],
  step: 11,
  inputs: ["face", "face-eye-closed"],
  input: "face",
  runs: ["fast", "small"],
  run: "small",
};

describe("proposal", () => {
  it("takes the first step where there are several, at the first the latest", () => {
    const first = { part: "step", value: 0, words: "the first step of the same run" };
    expect(proposal(around)).toEqual(first);
    expect(proposal({ ...around, step: 2 })).toEqual(first);
    expect(proposal({ ...around, step: 0 })).toEqual({
      part: "step",
      value: 11,
      words: "the latest step of the same run",
    });
  });

  it("takes the next input where there is one step", () => {
    const one = { ...around, steps: [11] };
    const next = (value: string) => ({ part: "input", value, words: "the next input" });
    expect(proposal(one)).toEqual(next("face-eye-closed"));
    expect(proposal({ ...one, input: "face-eye-closed" })).toEqual(next("face"));
  });

  it("takes the next run where there is one step and one input", () => {
    const one = { ...around, steps: [], inputs: ["face"] };
    expect(proposal(one)).toEqual({
      part: "run",
      value: "fast",
      words: "the next run that has the layer",
    });
  });

  it("has none where there is nothing else", () => {
    expect(proposal({ ...around, steps: [1], inputs: ["face"], runs: ["small"] })).toBeNull();
    expect(proposal({ ...around, steps: [], inputs: [], runs: [] })).toBeNull();
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
  const a: Exact = { run: "small", step: 11, input: "face", layer: "relu2", channel: 3 };

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
    const b: Exact = { run: "fast", step: 4, input: "eye", layer: "relu3", channel: 5 };
    const once = swapped({ ...a }, { a, b }, true);
    expect(once).toEqual({ a: b, b: a });
    expect(swapped(once.a, { a: b, b: a }, false)).toEqual({ a, b });
  });
});
