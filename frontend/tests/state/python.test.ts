import { describe, expect, it } from "vitest";
import { type Reproduced, pythonOf } from "../../src/state/python";

const SHOWN: Reproduced = {
  logDir: "runs",
  run: "a",
  layer: "conv1",
  step: 3,
  input: "face",
  channels: [13, 46],
  limits: { low: 0, high: 2.5 },
  gamma: 0.5,
  shape: [14, 14, 48],
};

describe("pythonOf", () => {
  it("reads the record, takes the channels and scales them", () => {
    expect(pythonOf(SHOWN)).toBe(`import numpy as np
from PIL import Image

import tb_actviz as av

(stored,) = av.read_records(
    "runs", runs="a", layers="conv1", steps=3
)
maps = stored.activations["face"][:, :, [13, 46]]
shades = av.mat2gray(maps, (0, 2.5)) ** 0.5
grid = av.imtile(shades, border_size=1, background=0.5)
Image.fromarray(np.rint(255 * grid).astype(np.uint8)).show()
`);
  });

  it("scales each channel by itself where that is chosen", () => {
    expect(pythonOf({ ...SHOWN, limits: null, gamma: 1, channels: null })).toContain(
      "shades = np.stack([av.mat2gray(one) for one in np.moveaxis(maps, -1, 0)], -1)\n",
    );
  });

  it("lets no name end its string", () => {
    const code = pythonOf({ ...SHOWN, run: 'x"); import os #\n\u2028é' });
    expect(code).toContain('runs="x\\"); import os #\\n\\u2028\\u00e9"');
  });
});
