import { expect, it } from "vitest";
import { type ScriptedTraining, trainingScript } from "../../src/export_python/training";
import { bodyOf, OWN, SHARED } from "./fixtures";

const TRAINING: ScriptedTraining = {
  logDir: "runs",
  run: "a",
  layer: "conv",
  input: "face",
  statistic: "zero_share",
  channels: [3, 1, 0],
  steps: [0, 10, 30],
  silent: [],
  cell: { width: 48, height: 24 },
  colours: { ...SHARED, map: "ice" },
};
const START = `# What the Activations tab of TensorBoard shows, drawn from what was logged.
# Each value is one square or oblong; frames and rings are left out.
# Training: zero_share of layer conv, run a, input face.
# The health of layers, below in the tab, is not drawn.
`;
const READ = `channels = [3, 1, 0]
steps = [0, 10, 30]
records = av.read_records(LOG_DIR, runs="a", layers="conv", steps=steps)
columns = {
    record.step: np.float32(facts.zero_share)[channels]
    for record in records
    for facts in record.record.inputs
    if facts.name == "face" and len(facts.zero_share)
}
`;

it("has a row for each channel and a column for each step", () => {
  const { code } = trainingScript(TRAINING);
  expect(code.slice(0, START.length)).toBe(START);
  expect(code).toContain("def matrix(colors, rows, columns, height, width):\n");
  expect(bodyOf(code)).toBe(`${READ}values = np.stack([columns[step] for step in steps], 1)

# Scale: smallest to largest value of the layer for this input.
limits = (0, 2.5)
colors = av.colorize(values, limits, "ice", shades=True)
rows = [f"channel {channel}" for channel in channels]
names = [f"step {step}" for step in steps]
matrix(colors, rows, names, height=24, width=48).show()
`);
});

it("greys the steps that state no numbers", () => {
  const { code, notes } = trainingScript({ ...TRAINING, silent: [10] });
  expect(notes.at(-1)).toBe("Steps without numbers, hatched in the tab, are grey.");
  expect(code).toContain(`${READ}blank = np.full(len(channels), np.nan, np.float32)
values = np.stack([columns.get(step, blank) for step in steps], 1)
`);
  expect(code).toContain("colors[:, [1]] = 128\n");
});

it("finds the limits of each channel over the steps", () => {
  const { code } = trainingScript({ ...TRAINING, colours: OWN });
  expect(code).toContain("def limits_of(*several):\n");
  expect(code).toContain(`# Scale: each channel's own.
rows = [av.colorize(row, limits_of(row), "gray", shades=True) for row in values]
colors = np.stack(rows)
`);
});
