import { describe, expect, it } from "vitest";
import type { Ordering } from "../../src/data/channels";
import { keptRows, type OrderedRows, variesByStep } from "../../src/data/heat_map";
import type { ShownRecord } from "../../src/data/records";
import { START, type State } from "../../src/state/state";

const SORTED: State = { ...START, sort: { by: "max", descending: true } };

/** A layer of three channels at a step, as far as its order needs it. */
function at(step: number, layer = "conv"): ShownRecord {
  return {
    run: { run: "train" },
    tag: { tag: `${layer}/activations` },
    address: { step },
    header: { layer: { path: layer, kind: "other", partner: null } },
    input: { name: "face" },
    maps: { channels: 3 },
  } as unknown as ShownRecord;
}

function ordering(channels: number[], scores: number[] | null): Ordering {
  const found = scores && Float64Array.from(scores);
  return { channels, scores: found } as unknown as Ordering;
}

const BEFORE = keptRows(null, at(2), ordering([2, 0, 1], [5, 4, 6]), SORTED);
const LATER = ordering([1, 2, 0], [0, 9, 1]);

function after(one: ShownRecord, part: Partial<State> = {}): [readonly number[], number] {
  const { channels, step } = keptRows(BEFORE, one, LATER, { ...SORTED, ...part });
  return [channels, step];
}

describe("the rows of a heat map", () => {
  it("stay where they are while only the step is another", () => {
    expect([BEFORE.channels, BEFORE.step]).toEqual([[2, 0, 1], 2]);
    expect(keptRows(BEFORE, at(5), LATER, SORTED)).toBe(BEFORE);
    const looked = { a: { ...START.a, step: 5, channel: 1 }, smooth: true };
    expect(after(at(5), looked)).toEqual([[2, 0, 1], 2]);
  });

  it.each<[string, Partial<State>]>([
    ["the sort", { sort: { by: "mean", descending: true } }],
    ["its direction", { sort: { by: "max", descending: false } }],
    ["the search", { search: "1,2" }],
    ["the pins of the layer", { pins: new Map([["conv", [1]]]) }],
  ])("depend on %s", (_, part) => {
    expect(after(at(5), part)).toEqual([[1, 2, 0], 5]);
  });

  it("do not depend on the number that is drawn", () => {
    const training = { ...START.training, statistic: "mean" } as const;
    expect(after(at(5), { training })).toEqual([[2, 0, 1], 2]);
  });

  it("are others for another layer, not for pins of another one", () => {
    expect(after(at(5, "relu"))).toEqual([[1, 2, 0], 5]);
    expect(after(at(5), { pins: new Map([["relu", [1]]]) })).toEqual([[2, 0, 1], 2]);
  });

  it("are not kept before their scores are known", () => {
    const early: OrderedRows = keptRows(null, at(2), ordering([0, 1, 2], null), SORTED);
    expect(keptRows(early, at(2), LATER, SORTED).channels).toEqual([1, 2, 0]);
  });

  it("follow side B where they are sorted by the difference to it", () => {
    const sort = { by: "difference", descending: true } as const;
    const first = keptRows(null, at(2), ordering([2, 0, 1], [5, 4, 6]), { ...START, sort });
    const other = { ...START, sort, b: { ...START.b, run: "other" } };
    expect(keptRows(first, at(2), LATER, other).channels).toEqual([1, 2, 0]);
    expect(keptRows(BEFORE, at(5), LATER, { ...SORTED, b: other.b })).toBe(BEFORE);
  });

  it("follow the box where they are sorted by it", () => {
    const sort = { by: "box", descending: true } as const;
    const drawn = { left: 0, top: 0, right: 0.5, bottom: 0.5 };
    const chosen = { ...START, sort, box: { drawn, allInputs: false } };
    const first = keptRows(null, at(2), ordering([2, 0, 1], [5, 4, 6]), chosen);
    expect(keptRows(first, at(5), LATER, chosen)).toBe(first);
    for (const box of [
      { drawn: { ...drawn, left: 0.1 }, allInputs: false },
      { drawn, allInputs: true },
    ]) {
      expect(keptRows(first, at(2), LATER, { ...chosen, box }).channels).toEqual([1, 2, 0]);
    }
  });

  it("by number are so at each step", () => {
    expect(variesByStep(SORTED)).toBe(true);
    expect(variesByStep({ ...START, sort: { by: "channel", descending: true } })).toBe(false);
    const training = { ...START.training, rows: "number" } as const;
    expect(variesByStep({ ...SORTED, training })).toBe(false);
  });
});
