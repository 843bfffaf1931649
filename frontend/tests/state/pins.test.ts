import { describe, expect, it } from "vitest";
import {
  type Pins,
  pinnedIn,
  pinsIn,
  pinsText,
  togglePin,
  withoutPins,
} from "../../src/state/pins";

const conv = { path: "fire6-squeeze1x1", kind: "pre-activation", partner: "fire6-relu" };
const relu = { path: "fire6-relu", kind: "activation", partner: "fire6-squeeze1x1" };
const pool = { path: "pool1", kind: "other", partner: null };
const none: Pins = new Map();

describe("pins", () => {
  it("belong to a layer", () => {
    const pins = togglePin(togglePin(none, pool, 7), pool, 2);
    expect(pinnedIn(pins, pool)).toEqual([2, 7]);
    expect(pinnedIn(pins, conv)).toEqual([]);
    expect(none.size).toBe(0);
  });

  it("are those of both halves of a pair", () => {
    const pins = togglePin(togglePin(none, relu, 46), conv, 13);
    expect(pinnedIn(pins, relu)).toEqual([13, 46]);
    expect(pinnedIn(pins, conv)).toEqual([13, 46]);
    expect(pinnedIn(togglePin(pins, relu, 13), conv)).toEqual([46]);
    expect(withoutPins(pins, relu)).toEqual(none);
  });

  it("are those of the layer itself where an activation has no partner", () => {
    const alone = { ...relu, partner: null };
    expect(pinsText(togglePin(none, alone, 1))).toBe("fire6-relu:1");
  });

  it("leave no layer behind without any", () => {
    const pins = togglePin(togglePin(none, pool, 7), conv, 1);
    expect([...togglePin(pins, pool, 7)]).toEqual([["fire6-squeeze1x1", [1]]]);
  });
});

describe("their text", () => {
  it.each([
    ["", []],
    [
      "conv1:2,7;fire6-squeeze1x1:13,46",
      [
        ["conv1", [2, 7]],
        ["fire6-squeeze1x1", [13, 46]],
      ],
    ],
    ["a/b c:0", [["a/b c", [0]]]],
    ["100%25 %3A%3B%2C:1", [["100% :;,", [1]]]],
    ["__proto__:3", [["__proto__", [3]]]],
    [":5", [["", [5]]]],
  ] as [string, [string, number[]][]][])("%s is read and written", (text, expected) => {
    expect([...pinsIn(text)!]).toEqual(expected);
    expect(pinsText(new Map(expected))).toBe(text);
  });

  it("may be in any order, with channels repeated", () => {
    expect([...pinsIn("a:7,2,7")!]).toEqual([["a", [2, 7]]]);
  });

  it.each(["13,46", "a:", "a:1,,2", "a:-1", "a:1;", "a:1;a:2", "a:12345678", "a:1:2", "%E0:1"])(
    "%s is junk",
    (text) => expect(pinsIn(text)).toBeUndefined(),
  );
});
