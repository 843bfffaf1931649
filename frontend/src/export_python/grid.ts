/** The grid of a layer as Python. */

import {
  type Colours,
  drawing,
  limitLines,
  ownLimits,
  PAGE,
  read,
  reading,
  type Script,
  SMALL,
  type Source,
  script,
  shown,
} from "./script";
import { integers } from "./text";

/** Feature maps of a layer, or what its activation function removed. */
export interface Shown {
  logDir: string;
  /** What is logged; of what was removed, before the activation function. */
  source: Source;
  /** After the activation function, where what it removed is shown. */
  after: Source | null;
  colours: Colours;
}

/** What a grid shows. */
export interface GridShown extends Shown {
  /** In the order shown. */
  channels: readonly number[];
  columns: number;
}

/** Lines that bring the feature maps shown under the name `maps`. */
export function mapLines({ source, after }: Shown): string[] {
  if (!after) return [read("maps", source)];
  return [
    "# What the activation function removed.",
    read("before", source),
    read("after", after),
    "maps = before - after",
  ];
}

/** Tell what is shown in words. */
export function titled(view: string, { source, after }: Shown): string {
  const { run, step, input } = source;
  const layer = after ? `${source.layer} less ${after.layer}` : source.layer;
  return `${view}: layer ${layer}, run ${run}, step ${step}, input ${input}.`;
}

/** Write a script that draws the channels of a grid. */
export function gridScript(given: GridShown): Script {
  const { logDir, channels, columns, colours } = given;
  const limits = colours.limits ? "limits" : "limits_of(one)";
  return script(
    titled("Grid", given),
    [],
    colours,
    [reading(logDir), drawing(colours, SMALL), PAGE, ...ownLimits(colours)],
    [
      ...mapLines(given),
      `channels = ${integers(channels, "", 11)}`,
      "",
      ...limitLines(colours),
      "chosen = [maps[:, :, channel] for channel in channels]",
      `pictures = [draw(one, ${limits}) for one in chosen]`,
      shown("pictures", columns),
    ],
  );
}
