import { expect, it } from "vitest";
import { gridScript, type ScriptedGrid } from "../../src/export_python/grid";
import type { Source } from "../../src/export_python/script";
import { bodyOf, OWN, SHARED, SOURCE } from "./fixtures";

const GRID: ScriptedGrid = {
  logDir: "runs",
  source: SOURCE,
  after: null,
  channels: [13, 46, 2],
  columns: 3,
  sorted: null,
  colours: { ...SHARED, map: "heat", gamma: 0.5 },
};

it("reads the maps, colours the channels in their order and lays them out", () => {
  expect(gridScript(GRID)).toEqual({
    notes: ["Each value is one square or oblong; frames and rings are left out."],
    code: `# What the Activations tab of TensorBoard shows, drawn from what was logged.
# Each value is one square or oblong; frames and rings are left out.
# Grid: layer conv, run a, step 3, input face.
import os
import textwrap

import numpy as np
from PIL import Image, ImageDraw

import tb_actviz as av

# TensorBoard was given this relative path: make it a whole one to run this elsewhere.
LOG_DIR = "runs"
if not os.path.isdir(LOG_DIR):
    reason = "Set LOG_DIR to the folder that TensorBoard reads."
    raise SystemExit(f"There is no folder {LOG_DIR!r}. {reason}")


def read(run, layer, step):
    """What a layer does for each input."""
    (stored,) = av.read_records(LOG_DIR, runs=run, layers=layer, steps=step)
    return stored.activations


def draw(values, limits, size=96):
    """The colours of a feature map, enlarged by whole numbers."""
    colors = av.colorize(values, limits, "heat", gamma=0.5, shades=True)
    zoom = max(1, size // max(values.shape))
    down, across = (max(zoom, 24 // side) for side in values.shape)
    return colors.repeat(down, 0).repeat(across, 1)


def page(pictures, labels, columns, gap=4):
    """Pictures row by row, each below its label, on grey."""
    height, width, _ = np.max([one.shape for one in pictures], 0) + gap
    lines = [textwrap.wrap(one, max(8, width // 6)) for one in labels]
    label = 12 * max(map(len, lines))
    height, rows = height + label, -(-len(pictures) // columns)
    places = [(i % columns * width, i // columns * height) for i in range(len(pictures))]
    paper = Image.new("RGB", (columns * width - gap, rows * height - gap), (128,) * 3)
    pen = ImageDraw.Draw(paper)
    for (left, top), words in zip(places, lines, strict=True):
        for number, line in enumerate(words):
            pen.text((left, top + 12 * number), line, "black")
    paper = np.array(paper)
    for (left, top), one in zip(places, pictures, strict=True):
        high, wide, _ = one.shape
        paper[top + label : top + label + high, left : left + wide] = one
    return paper


maps = read("a", "conv", 3)["face"]
channels = [13, 46, 2]

# Scale: smallest to largest value of the layer for this input.
limits = (0, 2.5)
chosen = [maps[:, :, channel] for channel in channels]
pictures = [draw(one, limits) for one in chosen]
labels = [f"channel {channel}" for channel in channels]
Image.fromarray(page(pictures, labels, columns=3)).show()
`,
  });
});

it("finds the limits of each channel where that is chosen", () => {
  const { code } = gridScript({ ...GRID, colours: OWN });
  expect(code).toContain(`def limits_of(*several):
    """The smallest and the largest finite value."""
    values = np.concatenate([np.ravel(one) for one in several])
    values = values[np.isfinite(values)]
    return (values.min(), values.max()) if values.size else (0, 1)
`);
  expect(bodyOf(code)).toContain("pictures = [draw(one, limits_of(one)) for one in chosen]\n");
  const symmetric = gridScript({ ...GRID, colours: { ...OWN, symmetric: true } });
  expect(symmetric.code).toContain(`    most = np.abs(values).max() if values.size else 1
    return -most, most
`);
});

it("takes what comes after the activation function from what goes in", () => {
  const before = { ...SOURCE, layer: "conv", step: 2 };
  const after = { ...SOURCE, layer: "relu" };
  const { code } = gridScript({ ...GRID, source: before, after });
  expect(code).toContain("# Grid: layer conv less relu, run a, step 2, input face.\n");
  expect(bodyOf(code)).toMatch(`# What the activation function removed.
before = read("a", "conv", 2)["face"]
after = read("a", "relu", 3)["face"]
maps = before - after
channels = [13, 46, 2]
`);
});

it("makes maps of what has other axes", () => {
  const { code } = gridScript({ ...GRID, source: { ...SOURCE, axes: 1 } });
  expect(code).toContain('\nmaps = av.as_maps(read("a", "conv", 3)["face"])\n');
});

it("folds tokens as the tab does", () => {
  const source: Source = { ...SOURCE, axes: 2, tokenGrid: [8, 6] };
  const { code } = gridScript({ ...GRID, source });
  expect(code).toContain('\nmaps = av.as_maps(read("a", "conv", 3)["face"], (8, 6))\n');
});

it("says that the tab smooths", () => {
  const { code, notes } = gridScript({ ...GRID, colours: { ...SHARED, smooth: true } });
  expect(notes[1]).toBe("The tab smooths between values; here each has one colour.");
  expect(code).toContain(`# ${notes[1]}\n`);
});

it("keeps names out of what Python reads an encoding from", () => {
  const { code } = gridScript({ ...GRID, source: { ...SOURCE, layer: "coding: utf-16" } });
  const [first = "", second = "", third] = code.split("\n");
  expect(`${first}${second}`).not.toMatch(/coding/);
  expect(third).toMatch(/coding: utf-16/);
});

it("says what the channels are sorted by", () => {
  const sorted = "sorted by response in the box, largest first";
  const { code, notes } = gridScript({ ...GRID, sorted });
  expect(notes.at(-1)).toBe(`The channels are ${sorted}.`);
  expect(code).toContain(`# The channels are ${sorted}.\n`);
});

const LOG_DIRS = {
  "/home/me/runs": "The log directory that TensorBoard reads.",
  "C:\\\\runs": "The log directory that TensorBoard reads.",
  "logs/train":
    "TensorBoard was given this relative path: make it a whole one to run this elsewhere.",
};

it.each(Object.entries(LOG_DIRS))("says where it found %s", (logDir, words) => {
  const { code } = gridScript({ ...GRID, logDir });
  expect(code).toContain(`\n# ${words}\nLOG_DIR = ${JSON.stringify(logDir)}\nif not os.path`);
});

it("says that the log directory must be told", () => {
  expect(gridScript({ ...GRID, logDir: null }).code).toContain(
    '\n# TensorBoard does not tell its log directory: write it here.\nLOG_DIR = "runs"\nif not',
  );
});

it("looks for no folder on this machine where the log is on another", () => {
  const { code } = gridScript({ ...GRID, logDir: "s3://bucket/runs" });
  expect(code).toContain(
    '\n# The log directory that TensorBoard reads.\nLOG_DIR = "s3://bucket/runs"\n\n\n',
  );
  expect(code).not.toMatch(/\bos\b/);
});
