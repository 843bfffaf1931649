import { describe, expect, it } from "vitest";
import type { Series } from "../../src/data/api";
import { forgotten, missingStep, type SelectionPart } from "../../src/data/records";
import type { Selection } from "../../src/state/state";

const LINK: Selection = { run: "small", step: 3, input: null, layer: "gone", channel: 99 };
const told = (selection: Selection, ...absent: SelectionPart[]) => ({
  selection,
  absent: new Set(absent),
});

it("what is not there is kept while nothing else is chosen, though new data come", () => {
  expect(forgotten(null, told(LINK, "layer", "channel"))).toBeNull();
  expect(forgotten(told(LINK, "layer"), told(LINK, "layer"))).toBeNull();
});

it("what was told not to be there is forgotten once something else is chosen", () => {
  const before = told(LINK, "layer", "channel");
  expect(forgotten(before, told({ ...LINK, step: 4 }, "layer", "channel"))).toEqual({
    layer: null,
    channel: null,
  });
});

it("what is there again, or is another one, is kept", () => {
  const before = told(LINK, "layer", "channel");
  expect(forgotten(before, told({ ...LINK, run: "other" }, "channel"))).toEqual({
    channel: null,
  });
  expect(forgotten(before, told({ ...LINK, layer: "b", channel: 98 }, "channel"))).toBeNull();
  expect(forgotten(told(LINK), told({ ...LINK, step: 4 }, "layer"))).toBeNull();
});

describe("a step that is not there", () => {
  const step = (number: number) => ({ step: number, wall_time: 1, unreadable: null });
  const series: Series = {
    run: "small",
    tag: "block/relu/activations",
    logged: 3,
    steps: [step(10), { ...step(20), unreadable: "broken" }, step(30)],
  };
  const words = (wanted: number, shown: number, lacks = "There is no") => ({
    words: `${lacks} step ${wanted} of layer “block/relu” of run “small”; step ${shown} is shown.`,
    shown,
  });

  it("is told with the last one before it, else with the first", () => {
    expect([33, 29, 5].map((wanted) => missingStep(series, wanted))).toEqual([
      words(33, 30),
      words(29, 20),
      words(5, 10),
    ]);
  });

  it("may have been thinned out, where that is not known", () => {
    const found = missingStep({ ...series, logged: null }, 33);
    expect(found).toEqual(words(33, 30, "TensorBoard has kept no"));
  });

  it("is none that can only not be read, nor the latest, nor where there are no steps", () => {
    expect([10, 20, null].map((wanted) => missingStep(series, wanted))).toEqual([
      null,
      null,
      null,
    ]);
    expect(missingStep({ ...series, steps: [] }, 3)).toBeNull();
  });
});
