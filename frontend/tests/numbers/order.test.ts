import { describe, expect, it } from "vitest";
import { type OrderChoice, order, parseSearch } from "../../src/numbers/order";

const all: OrderChoice = { descending: true, hidden: new Set(), only: null, pinned: [] };
const scores = Float64Array.of(1, NaN, 5, 1, -Infinity, Infinity);

describe("order", () => {
  it("is that of the numbers without scores", () => {
    expect(order(4, null, all)).toEqual([0, 1, 2, 3]);
  });

  it("keeps equal scores in order and NaN last, in either direction", () => {
    expect(order(6, scores, all)).toEqual([5, 2, 0, 3, 4, 1]);
    expect(order(6, scores, { ...all, descending: false })).toEqual([4, 0, 3, 2, 5, 1]);
  });

  it("keeps equal infinities and several NaN in order", () => {
    const equal = Float64Array.of(NaN, -Infinity, NaN, -Infinity, Infinity, Infinity);
    expect(order(6, equal, all)).toEqual([4, 5, 1, 3, 0, 2]);
  });

  it("leaves out what is hidden, unless it is pinned", () => {
    const choice = { ...all, hidden: new Set([2, 5]), pinned: [4, 5] };
    expect(order(6, scores, choice)).toEqual([4, 5, 0, 3, 1]);
  });

  it("shows only what was searched for, pinned or not", () => {
    const choice = { ...all, only: [1, 3, 4, 99], pinned: [3, 5] };
    expect(order(6, scores, choice)).toEqual([3, 4, 1]);
  });

  it("passes over pins that the layer does not have, and over repeated ones", () => {
    expect(order(3, null, { ...all, pinned: [7, 2, -1, 2, 0.5] })).toEqual([2, 0, 1]);
  });

  it("refuses scores of another layer", () => {
    expect(() => order(5, scores, all)).toThrow("Received 6 scores for 5 channels");
  });
});

describe("parseSearch", () => {
  it.each([
    ["13,46, 50-53", [13, 46, 50, 51, 52, 53], []],
    ["  7 ; 3\t3", [7, 3], []],
    ["5 – 3", [3, 4, 5], []],
    ["62-70", [62, 63], ["64-70"]],
    ["63-64", [63], ["64"]],
    ["64, 1", [1], ["64"]],
    ["100-999999999999", [], ["100-999999999999"]],
    ["a1 2x 1.5 -4 3-", [], ["a1", "2x", "1.5-4", "3-"]],
    ["", [], []],
    [" , ", [], []],
  ])("%j", (text, channels, unknown) => {
    expect(parseSearch(text, 64)).toEqual({ channels, unknown });
  });
});
