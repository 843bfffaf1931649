import { describe, expect, it } from "vitest";
import { cutNames } from "../../src/numbers/names";

/** What is left of each name where there is room for what is kept alone. */
const tight = (names: string[]) =>
  names.map((name) =>
    cutNames(names)
      .get(name)!
      .map(({ text, kept }) => (kept ? text : "…"))
      .join(""),
  );

const LISTS: string[][] = [
  ["encoder_stage_0_bottleneck_conv", "encoder_stage_0_bottleneck_relu"],
  ["fire6-squeeze1x1", "fire6-relu_squeeze1x1", "fire6-expand1x1", "fire6-relu_expand1x1"],
  Array.from({ length: 15 }, (_, i) => `2026-11-01_resnet50_lr-${i}_batch-32_seed-1`),
  ["2026-11-01_run_lr-1e-3/train", "2026-11-01_run_lr-1e-3/validation"],
  ["conv", "conv:pre"],
  ["validation_picture_00000001_of_the_garden_in_spring.png", "validation_picture_2.png"],
];

describe("names that are cut", () => {
  it("can all be told apart", () => {
    for (const names of LISTS) expect(new Set(tight(names)).size).toBe(names.length);
  });

  it("lose nothing but what gives way", () => {
    for (const names of LISTS) {
      const cut = cutNames(names);
      for (const name of names) {
        const parts = cut.get(name)!;
        expect(parts.map(({ text }) => text).join("")).toBe(name);
        expect(parts.every(({ kept }, i) => i === 0 || kept !== parts[i - 1]!.kept)).toBe(true);
      }
    }
  });

  it("keep what differs from its beginning on, and the end", () => {
    expect(tight(LISTS[0]!)).toEqual(["…bottleneck_conv", "…bottleneck_relu"]);
    expect(tight(LISTS[1]!)[1]).toBe("…relu_squeeze1x1");
    expect(tight(["a-very-long-run-name-a-b", "a-very-long-run-name-a-c"])).toEqual([
      "…name-a-b",
      "…name-a-c",
    ]);
  });

  it("are kept whole at the end of a name that has no like", () => {
    expect(tight(["conv1"])).toEqual(["conv1"]);
  });
});
