import { describe, expect, it } from "vitest";
import type { Listing, Run, Tag } from "../../src/data/api";
import { fromTheMiddle } from "../../src/data/opening";
import { atOrBefore, layersOf, runOf, withoutAbsent } from "../../src/data/runs";

function tag(layer: string, wall: number | null): Tag {
  return {
    tag: `${layer}/activations`,
    layer,
    last_step: 0,
    last_wall_time: wall,
    unreadable: null,
  };
}

const run = (name: string, tags: Tag[]): Run => ({ run: name, tags, unreadable: null });

describe("layersOf", () => {
  it("restores the order of the model, and leaves the inputs out", () => {
    const tags = [tag("b", 3), tag("a", 2), tag(":input", 1), tag("d", 4), tag("c", 4)];
    expect(layersOf(run("x", tags)).map((one) => one.layer)).toEqual(["a", "b", "c", "d"]);
  });
});

describe("runOf", () => {
  const listing: Listing = {
    kept_at_most: 10,
    runs: [run("old", [tag("a", 1)]), run("new", [tag("a", 5)]), run("empty", [])],
  };

  it("takes the run that was written to last of those with most layers", () => {
    expect(runOf(listing, null)?.run).toBe("new");
    const wide = [tag("a", 2), tag("b", 2)];
    const broken = { ...tag("b", 9), unreadable: "broken" };
    const pictures = { ...tag(":input", 9), tag: ":input/activations" };
    const of = (...runs: Run[]) => runOf({ ...listing, runs }, null)?.run;
    expect(of(run("wide", wide), run("new", [tag("a", 5)]))).toBe("wide");
    expect(of(run("wide", wide), run("broken", [tag("a", 9), broken]))).toBe("wide");
    expect(of(run("wide", wide), run("pictures", [pictures, tag("a", 9)]))).toBe("wide");
    expect(of(run("wide", wide), run("later", [tag("a", 1), tag("b", 3)]))).toBe("later");
    expect(of(run("empty", []), run("new", [tag("a", 5)]))).toBe("new");
    expect(of()).toBeUndefined();
  });

  it("takes the one that is named, and no other instead", () => {
    expect(runOf(listing, "old")?.run).toBe("old");
    expect(runOf(listing, "gone")).toBeNull();
  });
});

it("fromTheMiddle goes outwards, later layers first", () => {
  const names = (count: number) =>
    fromTheMiddle(Array.from({ length: count }, (_, i) => tag(`${i}`, i))).map((x) => x.layer);
  expect(names(5)).toEqual(["2", "3", "1", "4", "0"]);
  expect(names(4)).toEqual(["2", "3", "1", "0"]);
  expect(names(0)).toEqual([]);
});

it("atOrBefore finds the last step that is not after the wanted one, else the first", () => {
  const steps = [10, 20, 30].map((step) => ({
    step,
    wall_time: 0,
    inputs: 1,
    unreadable: null,
  }));
  expect([5, 10, 19, 20, 99].map((step) => atOrBefore(steps, step))).toEqual([0, 0, 0, 1, 2]);
});

describe("without", () => {
  const listing: Listing = {
    kept_at_most: null,
    runs: [run("old", [tag("a", 1)]), run("new", [tag("b", 5)])],
  };
  const choice = { run: null, step: 3, input: null, layer: null, channel: 1 };

  it("leaves alone what is there", () => {
    const chosen = { ...choice, run: "old", layer: "a" };
    expect(withoutAbsent(chosen, listing)).toEqual({ selection: chosen, words: [] });
    expect(withoutAbsent(choice, listing)).toEqual({ selection: choice, words: [] });
  });

  it("lets go of a run or a layer that is not there, and says so", () => {
    expect(withoutAbsent({ ...choice, run: "gone", layer: "a" }, listing)).toEqual({
      selection: choice,
      words: [
        "There is no run “gone”; “new” is shown.",
        "Run “new” has no layer “a”; another is shown.",
      ],
    });
  });

  it("says nothing of layers where none are known yet", () => {
    const none = { ...listing, runs: [] };
    expect(withoutAbsent({ ...choice, layer: "a" }, none).words).toEqual([]);
  });
});
