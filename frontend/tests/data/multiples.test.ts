import { describe, expect, it } from "vitest";
import {
  type Multiple,
  multiplesScaling,
  type RowSources,
  rowsOf,
} from "../../src/data/multiples";
import { type CellShare, type ScaleChoice, START } from "../../src/state/state";

/** A record of two channels of two values, as far as scales need it. */
function cell(run: string, layer: string, step: number, channel: number, values: number[]) {
  const tag = { tag: `${layer}/activations`, layer };
  const maps = { height: 1, width: 2, channels: 2, values: Float32Array.from(values) };
  return { tag, maps, channel, run: { run }, address: { step } } as unknown as Multiple;
}

/** Two rows of one layer, the second of which reaches far beyond the first. */
const DIVERGING = [
  cell("calm", "conv", 0, 0, [0, 1, 90, 91]),
  cell("calm", "conv", 1, 0, [NaN, 2, 92, 93]),
  cell("wild", "conv", 0, 0, [0, 30, 0, 6]),
  cell("wild", "conv", 1, 0, [3, 5, 0, 6]),
];
const LAYERS = [
  cell("calm", "conv", 1, 0, [-1, 2, 90, 91]),
  cell("calm", "relu", 1, 1, [80, 81, 0, 6]),
  cell("wild", "relu", 1, 1, [80, 81, 1, 3]),
];

function told(
  cells: readonly Multiple[],
  part: Partial<ScaleChoice> = {},
  chosen: CellShare = "auto",
  apart = false,
) {
  const answer = multiplesScaling(cells, { ...START.scale, ...part }, chosen, apart);
  if (answer.state !== "ready") throw new Error(answer.state);
  const { of, shares, automatic, least } = answer.value;
  const ends = cells.map((one) => {
    const { low, high } = of(one).limits(one.channel);
    return [low, high];
  });
  const { shared, words } = of(cells[0]!);
  return { ends, shares, automatic, least, shared, words };
}

describe("the scale of small multiples", () => {
  it("is the shown channel's, where every row uses at least a tenth of it", () => {
    const near = [DIVERGING[0]!, cell("wild", "conv", 0, 0, [0, 10, 0, 600])];
    expect(told(near)).toEqual({
      ends: [
        [0, 10],
        [0, 10],
      ],
      shares: "common",
      automatic: "common",
      least: null,
      shared: true,
      words: "smallest to largest value of the cells shown",
    });
  });

  it("is each row's own, where one would use less", () => {
    expect(told(DIVERGING)).toEqual({
      ends: [
        [0, 2],
        [0, 2],
        [0, 30],
        [0, 30],
      ],
      shares: "row",
      automatic: "row",
      least: { who: "run calm", share: 2 / 30 },
      shared: false,
      words: "each row by itself: smallest to largest value of the cells shown",
    });
  });

  it("leaves rows that show nothing without a say", () => {
    const silent = cell("dead", "conv", 0, 0, [0, 0, 0, 0]);
    expect(told([...DIVERGING.slice(0, 2), silent]).shares).toBe("common");
  });

  it("is common, or each cell's, where that was chosen", () => {
    const common = told(DIVERGING, {}, "common");
    expect([common.ends[0], common.shares, common.automatic]).toEqual([
      [0, 30],
      "common",
      "row",
    ]);
    expect(common.least).toEqual({ who: "run calm", share: 2 / 30 });
    expect(told(DIVERGING, {}, "cell").ends).toEqual([
      [0, 1],
      [2, 2],
      [0, 30],
      [3, 5],
    ]);
  });

  it("is of all channels where the layer's was chosen", () => {
    const { ends, words } = told(DIVERGING, { mode: "layer" }, "row");
    expect(ends.slice(1, 3)).toEqual([
      [0, 93],
      [0, 30],
    ]);
    expect(words).toBe(
      "each row by itself: smallest to largest value of all channels of the cells shown",
    );
  });

  it("is one where its ends are fixed, also for different layers", () => {
    const found = told(LAYERS, { mode: "fixed", low: 3, high: -2 }, "row", true);
    expect(found).toMatchObject({ shares: "common", shared: true, words: "fixed values" });
    expect(new Set(found.ends.flat())).toEqual(new Set([-2, 3]));
  });

  it("is each layer's own where columns are layers", () => {
    expect(told(LAYERS, {}, "auto", true)).toMatchObject({
      ends: [
        [-1, 2],
        [0, 6],
        [0, 6],
      ],
      shares: "common",
      shared: false,
      words: "each layer by itself: smallest to largest value of the cells shown",
    });
    const far = [...LAYERS, cell("far", "relu", 1, 1, [0, 0, 0, 500])];
    expect(told(far, {}, "auto", true)).toMatchObject({
      ends: [
        [-1, 2],
        [0, 6],
        [1, 3],
        [0, 500],
      ],
      shares: "cell",
    });
  });

  it("cuts off each layer's own share where columns are layers", () => {
    const found = told(LAYERS, { mode: "percentile", percentile: 25 }, "common", true);
    expect(found.words).toBe("each layer by itself: percentile 25 to 75 of what is shown");
    expect(found.ends[1]![1]).toBeLessThan(81);
    expect(found.ends[0]![1]).toBeGreaterThan(81);
  });

  it("has zero in the middle where that was chosen", () => {
    expect(told(LAYERS, { symmetric: true }, "common", true).ends[0]).toEqual([-2, 2]);
  });
});

describe("the rows of small multiples", () => {
  const run = (name: string, ...layers: string[]) => ({
    run: name,
    unreadable: null,
    tags: layers.map((layer) => ({ layer })),
  });
  const runs = [run("calm", "conv"), run("other", "dense")];
  const given = {
    runs,
    record: { run: runs[0], header: { inputs: [{ name: "open" }, { name: "closed" }] } },
    input: "open",
    channel: 5,
    pinned: [2, 7],
  } as unknown as RowSources;
  const columns = [{ layer: "conv", step: 0 }];
  const told = (kind: Parameters<typeof rowsOf>[0], sources = given) =>
    rowsOf(kind, columns, sources).map(({ run, input, channel, missing }) => [
      run.run,
      input,
      channel,
      missing,
    ]);

  it("are runs, of which those without the layer say so once", () => {
    expect(told("runs")).toEqual([
      ["calm", "open", null, null],
      ["other", "open", null, "The run has no such layer."],
    ]);
  });

  it("are the inputs of the run that is looked at", () => {
    expect(told("inputs")).toEqual([
      ["calm", "open", null, null],
      ["calm", "closed", null, null],
    ]);
  });

  it("are the pinned channels, else the one that is looked at", () => {
    expect(told("channels").map(([, , channel]) => channel)).toEqual([2, 7]);
    expect(told("channels", { ...given, pinned: [] })).toEqual([["calm", "open", 5, null]]);
  });
});

it("gives each input, and each channel, a row of its own", () => {
  const [one, other] = [
    { ...cell("calm", "conv", 0, 0, [0, 1, 0, 50]), number: 0 },
    { ...cell("calm", "conv", 0, 1, [0, 1, 0, 50]), number: 0 },
  ];
  const closed = { ...one, number: 1, input: { name: "closed" } } as unknown as Multiple;
  const open = { ...one, maps: other.maps, input: { name: "open" } } as unknown as Multiple;
  closed.maps = { ...one.maps, values: Float32Array.from([0, 100, 0, 0]) };
  const scaled = (cells: readonly Multiple[], rows: "inputs" | "channels") => {
    const answer = multiplesScaling(cells, START.scale, "auto", false, rows);
    if (answer.state !== "ready") throw new Error(answer.state);
    const { of, shares, least } = answer.value;
    return [shares, least?.who, ...cells.map((each) => of(each).limits(each.channel).high)];
  };
  expect(scaled([open, closed], "inputs")).toEqual(["row", "input open", 1, 100]);
  expect(scaled([one, other], "channels")).toEqual(["row", "channel 0", 1, 50]);
});
