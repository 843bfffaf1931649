import { expect, it } from "vitest";
import type { Header, InputHeader } from "../../src/data/api";
import { inputRanking } from "../../src/data/input_ranking";
import { headerWith } from "./headers";

/** A header of inputs `a`, `b` …, with what it states of each. */
function headerOf(...stated: Partial<InputHeader>[]): Header {
  const header = headerWith(2);
  const [input] = header.inputs;
  const inputs = stated.map((part, i) => ({ ...input!, name: "abcdef"[i]!, ...part }));
  return { ...header, inputs };
}

it("puts the inputs first for which the channel has the largest maximum", () => {
  const header = headerOf(
    { minimum: [0, 0], maximum: [9, 1] },
    { minimum: [0, 0], maximum: [9, null] },
    { minimum: [0, 0], maximum: [9, 3] },
    { minimum: [0, 0], maximum: [9, 1] },
  );
  expect(inputRanking(header, 1)).toEqual({
    by: "maximum",
    inputs: [
      { name: "c", value: 3 },
      { name: "a", value: 1 },
      { name: "d", value: 1 },
      { name: "b", value: null },
    ],
    unknown: [],
  });
});

it("takes the mean where any channel has a value below zero for any input", () => {
  const header = headerOf(
    { minimum: [0, 0], maximum: [9, 5], mean: [0, -2] },
    { minimum: [-1, 0], maximum: [9, 4], mean: [0, 2] },
  );
  expect(inputRanking(header, 1)).toEqual({
    by: "mean",
    inputs: [
      { name: "b", value: 2 },
      { name: "a", value: -2 },
    ],
    unknown: [],
  });
});

it("names the inputs of which nothing is stated", () => {
  const header = headerOf({ maximum: [1, 2] }, {}, { maximum: null }, { maximum: [] });
  expect(inputRanking(header, 0)).toEqual({
    by: "maximum",
    inputs: [{ name: "a", value: 1 }],
    unknown: ["b", "c", "d"],
  });
});
