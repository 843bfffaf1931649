import { expect, it } from "vitest";
import { multiplesScript, type ScriptedMultiples } from "../../src/export_python/multiples";
import { bodyOf, OWN, SHARED } from "./fixtures";

const cell = (run: string, layer: string, step: number) => ({
  reason: null,
  run,
  layer,
  step,
  input: "face",
  channel: 7,
});
const MULTIPLES: ScriptedMultiples = {
  logDir: "runs",
  cells: [
    cell("a", "conv", 2),
    cell("a", "conv", 0),
    cell("b", "conv", 1),
    { reason: "b: There is no\nsuch step." },
  ],
  columns: 2,
  own: null,
  colours: SHARED,
};
const READ = `logged = av.read_records(LOG_DIR, runs=["a", "b"], layers=["conv"], steps=[0, 1, 2])
maps = {
    (one.run, one.layer, one.step, name): av.as_maps(activations)
    for one in logged
    for name, activations in one.activations.items()
}
# Run, layer, step, input and channel of each cell, row by row.
cells = [
    ("a", "conv", 2, "face", 7),
    ("a", "conv", 0, "face", 7),
    ("b", "conv", 1, "face", 7),
`;

it("reads all cells at once, and leaves room for what is not there", () => {
  const { code, notes } = multiplesScript(MULTIPLES);
  expect(notes.at(-1)).toBe(
    "All rows, of the columns that the tab shows; the scale is theirs.",
  );
  expect(bodyOf(code)).toBe(`${READ}    # b: There is no?such step.
    None,
]

# Scale: smallest to largest value of the layer for this input.
limits = (0, 2.5)
pictures, labels = [], []
for cell in cells:
    if cell is None:
        pictures.append(np.full((1, 1, 3), 128, np.uint8))
        labels.append("nothing logged")
        continue
    run, layer, step, name, channel = cell
    one = maps[run, layer, step, name][:, :, channel]
    pictures.append(draw(one, limits))
    labels.append(f"{run}, step {step}")
Image.fromarray(page(pictures, labels, columns=2)).show()
`);
});

const limits = { low: -1, high: 1 };

it.each<[ScriptedMultiples["own"], string, string]>([
  [{ by: ["layer"], limits: [{ key: ["conv"], limits }] }, '"conv"', "layer"],
  [{ by: ["run"], limits: [{ key: ["a"], limits }] }, '"a"', "run"],
  [{ by: ["input"], limits: [{ key: ["face"], limits }] }, '"face"', "name"],
  [{ by: ["run", "step"], limits: [{ key: ["a", 2], limits }] }, '("a", 2)', "run, step"],
])("has a scale of its own for each of %j", (own, key, by) => {
  const cells = MULTIPLES.cells.slice(0, 3);
  const { code } = multiplesScript({ ...MULTIPLES, own, cells, columns: 3, colours: OWN });
  expect(bodyOf(code)).toBe(`${READ}]

# Scale: each channel's own.
limits = {
    ${key}: (-1, 1),
}
pictures, labels = [], []
for cell in cells:
    run, layer, step, name, channel = cell
    one = maps[run, layer, step, name][:, :, channel]
    pictures.append(draw(one, limits[${by}]))
    labels.append(f"{run}, step {step}")
Image.fromarray(page(pictures, labels, columns=3)).show()
`);
});

it("names layer and channel where they are not the same in all cells", () => {
  const cells = [cell("a", "conv", 2), cell("a", "relu", 2)];
  const { code } = multiplesScript({ ...MULTIPLES, cells });
  expect(code).toContain(
    '    labels.append(f"{run}, {layer}, step {step}, channel {channel}")\n',
  );
});
