/** Python that shows what the tab shows. */

import type { Limits } from "../numbers/limits";

/** What is to be shown. */
export interface Reproduced {
  logDir: string;
  run: string;
  layer: string;
  step: number;
  input: string;
  /** In the order shown; null for all as they are. */
  channels: readonly number[] | null;
  /** Of all channels; null where each has its own. */
  limits: Limits | null;
  gamma: number;
  /** Shape of the activations in the model, which may have fewer axes. */
  shape: readonly number[];
}

/** Write a script that reads the same record and draws the same channels. */
export function pythonOf(shown: Reproduced): string {
  const { logDir, run, layer, step, input, channels, limits, gamma, shape } = shown;
  const [height, width, count] = shape;
  const maps = shape.length === 3 ? "" : `.reshape(${height ?? 1}, ${width ?? 1}, ${count ?? -1})`;
  const chosen = channels ? `[:, :, [${channels.join(", ")}]]` : "";
  const scaled = limits
    ? `av.mat2gray(maps, (${limits.low}, ${limits.high}))`
    : "np.stack([av.mat2gray(one) for one in np.moveaxis(maps, -1, 0)], -1)";
  return [
    "import numpy as np",
    "from PIL import Image",
    "",
    "import tb_actviz as av",
    "",
    `(stored,) = av.read_records(`,
    `    ${text(logDir)}, runs=${text(run)}, layers=${text(layer)}, steps=${step}`,
    ")",
    `maps = stored.activations[${text(input)}]${maps}${chosen}`,
    `shades = ${scaled}${gamma === 1 ? "" : ` ** ${gamma}`}`,
    "grid = av.imtile(shades, border_size=1, background=0.5)",
    "Image.fromarray(np.rint(255 * grid).astype(np.uint8)).show()",
    "",
  ].join("\n");
}

/** A string as Python writes it: JSON's escapes are Python's, except for surrogates. */
function text(value: string): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => {
    const code = c.charCodeAt(0);
    return code >= 0xd800 && code < 0xe000 ? c : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
