/** The grid of a layer as Python. */

import {
  CHANNEL_LABELS,
  drawFunction,
  type LogDir,
  limitLines,
  limitsFunction,
  PAGE,
  READ,
  readLine,
  type Script,
  type ScriptColours,
  SMALL,
  type Source,
  script,
  showLine,
} from "./script";
import { integers } from "./text";

/** Feature maps of a layer, or what its activation function removed. */
export interface ScriptedLayer {
  logDir: LogDir;
  /** What is logged; the values before the activation function, where what it removed is shown. */
  source: Source;
  /** After the activation function, where what it removed is shown. */
  after: Source | null;
  colours: ScriptColours;
}

/** What a grid shows. */
export interface ScriptedGrid extends ScriptedLayer {
  /** In the order shown. */
  channels: readonly number[];
  columns: number;
  /** What the order is, in words; null where it is that of numbers. */
  sorted: string | null;
}

/** Lines that bring the feature maps shown under the name `maps`. */
export function mapLines({ source, after }: ScriptedLayer): string[] {
  if (!after) return [readLine("maps", source)];
  return [
    "# What the activation function removed.",
    readLine("before", source),
    readLine("after", after),
    "maps = before - after",
  ];
}

/** What is shown, in words. */
export function titleOf(view: string, { source, after }: ScriptedLayer): string {
  const { run, step, input } = source;
  const layer = after ? `${source.layer} less ${after.layer}` : source.layer;
  return `${view}: layer ${layer}, run ${run}, step ${step}, input ${input}.`;
}

/** Write a script that draws the channels of a grid. */
export function gridScript(given: ScriptedGrid): Script {
  const { logDir, channels, columns, sorted, colours } = given;
  const limits = colours.limits ? "limits" : "limits_of(one)";
  return script(
    logDir,
    titleOf("Grid", given),
    sorted === null ? [] : [`The channels are ${sorted}.`],
    colours,
    [READ, drawFunction(colours, SMALL), PAGE, ...limitsFunction(colours)],
    [
      ...mapLines(given),
      `channels = ${integers(channels, "", 11)}`,
      "",
      ...limitLines(colours),
      "chosen = [maps[:, :, channel] for channel in channels]",
      `pictures = [draw(one, ${limits}) for one in chosen]`,
      CHANNEL_LABELS,
      showLine("pictures", "labels", columns),
    ],
  );
}
