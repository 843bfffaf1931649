import { expect, it } from "vitest";
import { forgotten, type SelectionPart } from "../../src/data/records";
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
