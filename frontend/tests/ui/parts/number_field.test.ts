import { describe, expect, it } from "vitest";
import { readNumber, readStep } from "../../../src/ui/parts/number_field";

const GAMMA = { now: 1, low: 0.1, high: 10, whole: false };
const CHANNEL = { now: 7, low: 0, high: 31, whole: true };

describe("numberWritten", () => {
  it.each([
    ["0.1", GAMMA, 0.1],
    [" 10 ", GAMMA, 10],
    ["1e0", GAMMA, 1],
    ["31", CHANNEL, 31],
  ])("takes %j and says nothing", (text, bounds, value) => {
    expect(readNumber(text, bounds)).toEqual({ value, words: "" });
  });

  it.each([
    ["0", GAMMA, "0.1 to 10: 1 stays"],
    ["99", GAMMA, "0.1 to 10: 1 stays"],
    ["77", CHANNEL, "0 to 31: 7 stays"],
    ["31.4", CHANNEL, "0 to 31: 7 stays"],
    ["abc", CHANNEL, "“abc” is no number: 7 stays"],
    ["", GAMMA, "nothing is no number: 1 stays"],
    ["1e999", GAMMA, "“1e999” is no number: 1 stays"],
    ["x".repeat(99), GAMMA, "“xxxxxxxxxxxx…” is no number: 1 stays"],
  ])("takes nothing of %j, and says why", (text, bounds, words) => {
    expect(readNumber(text, bounds)).toEqual({ value: null, words });
  });

  it("says what became of a fraction", () => {
    expect(readNumber("4.5", CHANNEL)).toEqual({ value: 5, words: "only whole numbers: 5" });
  });
});

describe("stepWritten", () => {
  const STEPS = [2, 4, 8, 11];

  it.each([
    ["2", 0],
    ["8", 2],
    ["11", 3],
  ])("finds step %s and says nothing", (text, value) => {
    expect(readStep(text, STEPS, 0)).toEqual({ value, words: "" });
  });

  it.each([
    ["4.5", 1, "steps are whole numbers: 4"],
    ["6", 1, "there is no step 6: the one before, 4, is shown"],
    ["6.5", 1, "there is no step 6.5: the one before, 4, is shown"],
    ["999", 3, "there is no step 999: the latest, 11, is shown and followed"],
    ["-7", 0, "there is no step -7: the first, 2, is shown"],
  ])("goes next to step %s, and says so", (text, value, words) => {
    expect(readStep(text, STEPS, 2)).toEqual({ value, words });
  });

  it.each([
    ["last", "“last” is no step: 8 stays"],
    [" ", "nothing is no step: 8 stays"],
  ])("stays where it is for %j", (text, words) => {
    expect(readStep(text, STEPS, 2)).toEqual({ value: null, words });
  });

  it("stays where there are no steps", () => {
    expect(readStep("4", [], 0)).toEqual({
      value: null,
      words: "“4” is no step: none stays",
    });
  });
});
