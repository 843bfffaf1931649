import { describe, expect, it } from "vitest";
import { type Selection, START, type State } from "../../src/state/state";
import { fromHash, hostRunFilter, isElsewhere, toHash } from "../../src/state/url";

const CHANGED: State = {
  a: { run: "a&b=c/ü", step: 400, input: "face", layer: "fire6-relu_squeeze1x1", channel: 13 },
  b: { run: null, step: 0, input: "<img src=x>", layer: null, channel: 46 },
  view: "compare",
  scale: {
    mode: "fixed",
    low: -2.5,
    high: 1e9,
    percentile: 5,
    symmetric: true,
    gamma: 0.5,
    log: true,
  },
  colours: "signed",
  smooth: true,
  zoom: 4,
  sort: { by: "difference", descending: false },
  box: { drawn: { left: 0, top: 0.25, right: 0.4375, bottom: 1 }, allInputs: true },
  search: "13,46",
  showSilent: true,
  pins: new Map([
    ["fire6-squeeze1x1", [13, 46]],
    ["a/b:c", [0]],
  ]),
  removed: true,
  compare: { how: "wipe", wipe: 0.25, oneChannel: true, shares: "each" },
  multiples: { rows: "inputs", columns: "layers", all: true, shares: "cell" },
  training: { statistic: "zero_share", rows: "number", health: "sparsity", beside: "runs/b" },
  runs: { measure: "silent" },
  scalar: "train: epoch_accuracy",
  inputs: { measure: "maximum" },
  curves: { all: true },
  align: "epoch",
  inspected: { y: 0.25, x: 1 },
  overlay: 0,
  overlaySmooth: false,
  layers: "^fire[67]",
  runFilter: "lr-.*",
};

describe("the address", () => {
  it("restores all that was chosen", () => {
    expect(fromHash(toHash(CHANGED, "activations"))).toEqual({ state: CHANGED, notices: [] });
  });

  it("is short where nothing was chosen", () => {
    expect(toHash(START, "")).toBe("activations");
    expect(fromHash("activations")).toEqual({ state: START, notices: [] });
  });

  it("leaves alone what is not ours, and replaces what is", () => {
    const hash = "timeseries&p.other.x=1&p.activations.run=old&tagFilter=a";
    expect(toHash({ ...START, view: "inputs" }, hash)).toBe(
      "timeseries&p.other.x=1&tagFilter=a&p.activations.view=inputs",
    );
  });

  it("reads links that were made before there were silent channels to fold", () => {
    const { state, notices } = fromHash("activations&p.activations.hide_dead=true");
    expect([state, notices]).toEqual([START, []]);
  });

  it.each([
    ["view=__proto__", "view"],
    ["step=1e3", "step"],
    ["step=-1", "step"],
    ["channel=%EF%BC%91", "channel"],
    ["gamma=0", "gamma"],
    ["low=Infinity", "low"],
    ["pins=13,46", "pins"],
    ["place=0.5", "place"],
    ["place=2,0", "place"],
    ["box=0.1,0.2,0.3", "box"],
    ["box=0.1,0.2,0.3,0.4,0.5", "box"],
    ["box=0.3,0.2,0.1,0.4", "box"],
    ["box=0,0,1.1,1", "box"],
    ["box=0,0,0,1", "box"],
    ["box_all_inputs=1", "box_all_inputs"],
    ["smooth=yes", "smooth"],
    ["one_channel=1", "one_channel"],
    ["wipe=1.5", "wipe"],
    ["smooth=toString", "smooth"],
    ["measure=valueOf", "measure"],
    ["run=%E0%A4%A", "run"],
    [`run=${"x".repeat(100_000)}`, "run"],
    ["sort=constructor", "sort"],
    ["all_columns=1", "all_columns"],
    ["all_runs=yes", "all_runs"],
    ["statistic=median", "statistic"],
    ["rows=toString", "rows"],
    ["health=Dead", "health"],
  ])("takes %s for junk, and says so", (pair, key) => {
    expect(fromHash(`activations&p.activations.${pair}`)).toEqual({
      state: START,
      notices: [key],
    });
  });

  it("ignores keys that mean nothing", () => {
    expect(fromHash("activations&p.activations.__proto__=1&p.activations.x")).toEqual({
      state: START,
      notices: [],
    });
  });
});

const side = (part: Partial<Selection>): Selection => ({ ...START.a, ...part });

const ELSEWHERE: Partial<State>[] = [
  { view: "compare" },
  ...[{ run: "" }, { layer: "conv1" }, { input: "dull" }, { channel: 0 }].flatMap((part) => [
    { a: side(part) },
    { b: side(part) },
  ]),
];

const THE_SAME: Partial<State>[] = [
  {},
  { a: side({}) },
  { a: side({ step: 0 }) },
  { b: side({ step: 3 }) },
  { scale: { ...START.scale, mode: "fixed" } },
  { sort: { by: "max", descending: true } },
  { search: "7" },
  { pins: new Map([["conv1", [7]]]) },
  { compare: { ...START.compare, how: "blink" } },
  { inspected: { y: 0, x: 0 } },
];

describe("isElsewhere", () => {
  it.each(ELSEWHERE)("is so for another view, run, layer, input or channel: %j", (part) => {
    const other = { ...START, ...part };
    expect([isElsewhere(START, other), isElsewhere(other, START)]).toEqual([true, true]);
  });

  it.each(THE_SAME)("is not for another step, nor another way to show it: %j", (part) => {
    expect(isElsewhere(START, { ...START, ...part })).toBe(false);
  });
});

describe("the filter of TensorBoard's own list of runs", () => {
  it("is read from the hash as TensorBoard writes it", () => {
    expect(hostRunFilter("timeseries&runFilter=lr-1e%5C-3&smoothing=0.4")).toBe("lr-1e\\-3");
    expect(hostRunFilter("activations&p.activations.runs=x")).toBe("");
    expect(hostRunFilter("activations&runFilter=%")).toBe("");
  });
});
