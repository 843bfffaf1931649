import { describe, expect, it } from "vitest";
import { matching, treeRows } from "../../src/numbers/tree";

const items = ["conv1", "backbone/a/conv", "backbone/a/relu", "backbone/b", "top"].map(
  (layer) => ({ layer }),
);
const lines = (closed: string[]) =>
  treeRows(items, new Set(closed)).map((row) =>
    row.kind === "group"
      ? `${"  ".repeat(row.depth)}${row.open ? "-" : "+"} ${row.name} ${row.count}`
      : `${"  ".repeat(row.depth)}${row.name}`,
  );

describe("rows", () => {
  it("group layers by their paths, in their order", () => {
    expect(lines([])).toEqual([
      "conv1",
      "- backbone 3",
      "  - a 2",
      "    conv",
      "    relu",
      "  b",
      "top",
    ]);
  });

  it("leave out what is in a closed group, and the groups in it", () => {
    expect(lines(["backbone/a"])).toEqual(["conv1", "- backbone 3", "  + a 2", "  b", "top"]);
    expect(lines(["backbone"])).toEqual(["conv1", "+ backbone 3", "top"]);
    expect(lines(["backbone", "backbone/a"])).toEqual(["conv1", "+ backbone 3", "top"]);
  });
});

describe("pairs", () => {
  const layers = (pairs: [string, string | null][]) =>
    pairs.map(([layer, activation]) => ({ layer, activation }));
  const shown = (pairs: [string, string | null][]) =>
    treeRows(layers(pairs), new Set()).map((row) =>
      row.kind === "group"
        ? row.name
        : `${row.name}: ${row.item.layer}${row.before ? ` after ${row.before.layer}` : ""}`,
    );

  it("have one row, where the first half is, that opens the activation", () => {
    expect(
      shown([
        ["conv", "bn_relu"],
        ["bn", null],
        ["bn_relu", null],
        ["head:pre", "head"],
        ["head", null],
      ]),
    ).toEqual(["conv: bn_relu after conv", "bn: bn", "head: head after head:pre"]);
    expect(
      shown([
        ["head", null],
        ["head:pre", "head"],
      ]),
    ).toEqual(["head: head after head:pre"]);
  });

  it("are none where the other half is not there, or is in another pair", () => {
    expect(
      shown([
        ["a", "gone"],
        ["b", "b"],
        ["c", "e"],
        ["d", "e"],
        ["e", null],
      ]),
    ).toEqual(["a: a", "b: b", "c: e after c", "d: d"]);
  });
});

describe("matching", () => {
  const names = (expression: string) =>
    matching(items, expression).tags.map((tag) => tag.layer);

  it("keeps what matches anywhere in the path, in any case", () => {
    expect(names("A/C")).toEqual(["backbone/a/conv"]);
    expect(names("^conv|top$")).toEqual(["conv1", "top"]);
    expect(names("")).toHaveLength(5);
  });

  it("keeps all where the expression cannot be read, and says why", () => {
    const found = matching(items, "(");
    expect(found.tags).toHaveLength(5);
    expect(found.reason).toMatch(/Unterminated group|Invalid/);
  });
});
