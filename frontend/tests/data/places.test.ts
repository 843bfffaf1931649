import { describe, expect, it } from "vitest";
import type { Header, InputHeader, Run } from "../../src/data/api";
import { areaIn, type Places, placesOf, positionAt } from "../../src/data/places";
import { headerWith } from "./headers";

const RUN: Run = { run: "a", tags: [], unreadable: null };

/** Where the values of a layer of a shape lie, in a run without pictures. */
function reasonOf(
  shape: number[],
  packed: [number, number, number],
  stride?: number,
  described: Partial<Header["layer"]> = {},
) {
  const header = headerWith(packed[2]);
  const field = stride === undefined ? null : { size: [9, 9], start: [0, 0] };
  const layer = {
    ...header.layer,
    ...described,
    receptive_field: field && { ...field, stride: [stride, stride] },
  } as typeof header.layer;
  const [first] = header.inputs;
  const input: InputHeader = { ...first!, shape, packed: { ...first!.packed, shape: packed } };
  const address = { run: "a", tag: "a/activations", step: 0, wallTime: null };
  const answer = placesOf({ run: RUN, address, header: { ...header, layer }, input });
  return answer.state === "ready" ? answer.value.reason : answer.state;
}

describe("where no value belongs to a place of the picture", () => {
  it.each<[string, RegExp, Parameters<typeof reasonOf>]>([
    ["units", /one value for the whole picture/, [[7], [1, 1, 7]]],
    ["a scalar", /one value for the whole picture/, [[], [1, 1, 1]]],
    [
      "maps of one value",
      /one value for the whole picture/,
      [
        [1, 1, 7],
        [1, 1, 7],
      ],
    ],
    [
      "a sequence",
      /is a sequence/,
      [
        [64, 7],
        [1, 64, 7],
      ],
    ],
    [
      "a volume",
      /more axes than a picture/,
      [
        [2, 4, 4, 7],
        [8, 4, 7],
      ],
    ],
    [
      "attention scores",
      /rows and columns of this layer are not those of the picture/,
      [[9, 9, 2], [9, 9, 2], undefined, { axes: ["queries", "keys"] }],
    ],
    [
      // Whoever knows how they lie on the picture points at it.
      "tokens of a picture that was not logged",
      /No picture of input input was logged/,
      [[7, 5], [1, 7, 5], 1, { token_grid: { size: [2, 3], class_tokens: 1, patch: null } }],
    ],
    ["no picture", /No picture of input input was logged/, [[2, 2, 7], [2, 2, 7], 1]],
  ])("it is said why: %s", (_, words, given) => {
    expect(reasonOf(...given)).toMatch(words);
  });
});

describe("a place of the picture in the maps", () => {
  const maps = { height: 4, width: 4 };
  const places: Places = {
    reason: null,
    alignment: { row: -4, column: 0, height: 32, width: 24, known: true },
    picture: { height: 24, width: 24 },
  };

  it("is a position, and a box is several", () => {
    expect(positionAt(places, maps, { x: 0, y: 0 })).toEqual({ row: 0, column: 0 });
    expect(positionAt(places, maps, { x: 1, y: 0.99 })).toEqual({ row: 3, column: 3 });
    expect(areaIn(places, maps, { left: 0, top: 0, right: 0.5, bottom: 0.25 })).toEqual({
      rows: { first: 0, end: 1 },
      columns: { first: 0, end: 2 },
    });
  });

  it("is none where there is nothing under the cursor, no box, or no such place", () => {
    expect(positionAt(places, maps, null)).toBeNull();
    expect(areaIn(places, maps, null)).toBeNull();
    for (const none of [null, { reason: "a sequence" }]) {
      expect(positionAt(none, maps, { x: 0, y: 0 })).toBeNull();
      expect(areaIn(none, maps, { left: 0, top: 0, right: 1, bottom: 1 })).toBeNull();
    }
  });
});
