import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  axesWords,
  channelNoun,
  formOf,
  isPlot,
  liesOnPicture,
  type MapForm,
  mapSize,
  placeWords,
  pointWords,
  sizeWords,
} from "../../src/numbers/map_form";

const GRID = { size: [8, 6] as const, class_tokens: 1 };
const SCORES = { axes: ["queries", "keys", "heads"] };
const PROJECTION = { axes: ["tokens", "dimensions", "heads"] };

/** Each kind once: of which layers it is, and what follows from it. */
const KINDS: [string, object, number[], number[], MapForm][] = [
  ["a picture", {}, [5, 4, 3], [5, 4, 3], { kind: "picture" }],
  ["a scalar", {}, [], [1, 1, 1], { kind: "units" }],
  ["a vector", {}, [7], [1, 1, 7], { kind: "units" }],
  ["a sequence of one", {}, [1, 7], [1, 1, 7], { kind: "units" }],
  ["a sequence", {}, [9, 7], [1, 9, 7], { kind: "sequence" }],
  ["tokens", { token_grid: GRID }, [49, 7], [1, 49, 7], { kind: "tokens", grid: GRID }],
  ["tokens of another grid", { token_grid: GRID }, [48, 7], [1, 48, 7], { kind: "sequence" }],
  [
    "an older record",
    { axes: null, token_grid: null },
    [9, 7],
    [1, 9, 7],
    { kind: "sequence" },
  ],
  ["scores", SCORES, [5, 9, 2], [5, 9, 2], { kind: "scores", grid: null }],
  [
    "scores of keys with a grid",
    { ...SCORES, token_grid: GRID },
    [5, 49, 2],
    [5, 49, 2],
    { kind: "scores", grid: GRID },
  ],
  [
    "a projection",
    PROJECTION,
    [9, 4, 2],
    [9, 4, 2],
    { kind: "table", rows: "tokens", columns: "dimensions" },
  ],
  ["a volume", {}, [2, 5, 4, 3], [5, 8, 3], { kind: "slices" }],
];

describe("what the maps of a layer are", () => {
  it.each(KINDS)("is known of %s", (_, layer, shape, _packed, form) => {
    expect(formOf(layer, shape)).toEqual(form);
  });

  it("says what is drawn as a line or bar, and what lies on the picture", () => {
    const flags = KINDS.map(([name, , , , form]) => [
      name,
      isPlot({ form }),
      liesOnPicture({ form }),
    ]);
    const plots = flags.filter(([, plot]) => plot).map(([name]) => name);
    const laid = flags.filter(([, , lies]) => lies).map(([name]) => name);
    expect(plots).toEqual([
      "a scalar",
      "a vector",
      "a sequence of one",
      "a sequence",
      "tokens of another grid",
      "an older record",
    ]);
    expect(laid).toEqual(["a picture", "tokens"]);
  });

  it("has the sides that it is drawn with", () => {
    const sides = KINDS.map(([, , , packed, form]) => {
      const { height, width } = mapSize(form, packed);
      return [height, width];
    });
    expect(sides).toEqual(
      KINDS.map(([, , , packed, form]) =>
        form.kind === "tokens" ? [8, 6] : packed.slice(0, 2),
      ),
    );
  });

  it("names its channels, places and sides", () => {
    const words = KINDS.map(([, , shape, packed, form]) => [
      sizeWords(form, shape, packed),
      pointWords(form, { channel: 1, row: 2, column: 3 }),
      axesWords(form),
    ]);
    expect(words).toEqual([
      ["5×4×3", "channel 1, row 2, column 3", ""],
      ["1 unit", "unit 1", ""],
      ["7 units", "unit 1", ""],
      ["7 units", "unit 1", ""],
      ["9 positions × 7 channels", "channel 1, position 3", ""],
      ["8×6 patches and 1 class token × 7 channels", "channel 1, patch in row 2, column 3", ""],
      ["48 positions × 7 channels", "channel 1, position 3", ""],
      ["9 positions × 7 channels", "channel 1, position 3", ""],
      ["2 heads, 5 queries × 9 keys", "head 1, query 2, key 3", "queries ↓ · keys →"],
      ["2 heads, 5 queries × 49 keys", "head 1, query 2, key 3", "queries ↓ · keys →"],
      [
        "2 heads, 9 tokens × 4 dimensions",
        "head 1, token 2, dimension 3",
        "tokens ↓ · dimensions →",
      ],
      ["2×5×4×3", "channel 1, row 2, column 3", ""],
    ]);
    expect(channelNoun(undefined)).toBe("channel");
    expect(placeWords(undefined, { row: 2, column: 3 })).toBe("row 2, column 3");
  });

  it("is decided in one place", () => {
    const root = join(import.meta.dirname, "../../src");
    const deciding = /(height|width|shape\.length|shape\[\d\])\s*(===|!==)\s*[123]\b/;
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\.tsx?$/.test(file),
    );
    const others = files.filter(
      (file) =>
        // What is drawn there is told what it is.
        !file.startsWith("drawing") &&
        file !== join("numbers", "map_form.ts") &&
        deciding.test(readFileSync(join(root, file), "utf8")),
    );
    expect(others).toEqual([]);
  });
});
