import { expect, it } from "vitest";
import { runsScript, type ScriptedRuns } from "../../src/export_python/runs";
import { bodyOf } from "./fixtures";

const RUNS: ScriptedRuns = {
  logDir: "logs",
  reference: "a",
  input: "face",
  measure: "relative",
  layers: ["conv", "relu"],
  steps: new Map([
    ["b", 30],
    ["a", 40],
  ]),
};

it("reads the layers of each run at its step, and measures them", () => {
  const { code, notes } = runsScript(RUNS);
  expect(notes.slice(1)).toEqual([
    "The numbers are printed, too, a line for each layer and a column for each run.",
    "The scale is that of all layers, where the tab has that of those in sight.",
    "Where there is no number the picture is grey.",
  ]);
  expect(code).toContain("# Runs: relative of each layer; A is run a, input face.\n");
  expect(bodyOf(code)).toBe(`A, INPUT = "a", "face"
layers = ["conv", "relu"]
# The step of each run.
steps = {
    "b": 30,
    "a": 40,
}
logged = av.read_records(LOG_DIR, runs=list(steps), layers=layers, steps=[30, 40])
read = {
    (one.run, one.layer): one.activations
    for one in logged
    if one.step == steps[one.run]
}
with np.errstate(divide="ignore", invalid="ignore"):
    values = np.array([[number(run, layer) for run in steps] for layer in layers])
print("layer", *steps, sep="\\t")
for layer, row in zip(layers, values):
    print(layer, *(f"{value:.4g}" for value in row), sep="\\t")

# Scale: from 0 to the largest, but not beyond twice the median where that is above 1.
far = np.sort(values[np.isfinite(values) & (values > 0)])
most = max(1, 2 * far[(len(far) - 1) // 2]) if len(far) else 1
most = min(most, np.max(values, initial=0, where=~np.isnan(values))) or 1
high = np.broadcast_to(np.reshape(most, (-1, 1)), (len(layers), 1))
shares = np.clip(values / np.where(high > 0, high, 1), -1, 1)
colors = av.colorize(shares, (0, 1), "heat")
colors[np.isnan(values)] = 128
names = [f"{run}, step {step}" for run, step in steps.items()]
width = max(64, 8 + 6 * max(map(len, names)))
matrix(colors, layers, names, height=16, width=width).show()
`);
});

it("has a run's own numbers without what runs are compared by", () => {
  const { code } = runsScript({ ...RUNS, measure: "mean" });
  expect(code).not.toContain("INPUT");
  expect(code).toContain(`# Scale: each layer's own, zero in the middle.
most = np.array([end(row) for row in abs(values)])
`);
  expect(code).toContain("def end(row):\n");
  expect(code).toContain('colors = av.colorize(shares, (-1, 1), "signed")\n');
});
