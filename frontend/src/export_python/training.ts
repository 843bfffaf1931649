/** Channels over the steps as Python. */

import type { Size } from "../numbers/layout";
import type { Statistic } from "../numbers/matrix";
import {
  colorized,
  LOG_DIR,
  type LogDir,
  limitLines,
  limitsFunction,
  MATRIX,
  type Script,
  type ScriptColours,
  script,
} from "./script";
import { call, integers, quoted } from "./text";

/** What the heat map of channels and steps shows. */
export interface ScriptedTraining {
  logDir: LogDir;
  run: string;
  layer: string;
  input: string;
  statistic: Statistic;
  /** In the order shown, from the top. */
  channels: readonly number[];
  steps: readonly number[];
  /** Which of the steps state no such numbers. */
  silent: readonly number[];
  /** Pixels of a cell. */
  cell: Size;
  colours: ScriptColours;
}

const REST = "The health of layers, below in the tab, is not drawn.";
const SILENT = "Steps without numbers, hatched in the tab, are grey.";

/** Write a script that draws a row for each channel and a column for each step. */
export function trainingScript(given: ScriptedTraining): Script {
  const { logDir, run, layer, input, statistic, channels, steps, silent, colours } = given;
  const { width, height } = given.cell;
  const asked = [LOG_DIR, `runs=${quoted(run)}`, `layers=${quoted(layer)}`];
  const at = silent.length ? "columns.get(step, blank)" : "columns[step]";
  return script(
    logDir,
    `Training: ${statistic} of layer ${layer}, run ${run}, input ${input}.`,
    [REST, ...(silent.length ? [SILENT] : [])],
    { smooth: false },
    [MATRIX, ...limitsFunction(colours)],
    [
      `channels = ${integers(channels, "", 11)}`,
      `steps = ${integers(steps, "", 8)}`,
      `records = ${call("av.read_records", [...asked, "steps=steps"], "", 10)}`,
      "columns = {",
      `    record.step: np.float32(facts.${statistic})[channels]`,
      "    for record in records",
      "    for facts in record.record.inputs",
      `    if facts.name == ${quoted(input)} and len(facts.${statistic})`,
      "}",
      ...(silent.length ? ["blank = np.full(len(channels), np.nan, np.float32)"] : []),
      `values = np.stack([${at} for step in steps], 1)`,
      "",
      ...limitLines(colours),
      ...(colours.limits
        ? [`colors = ${colorized("values", "limits", colours)}`]
        : [
            `rows = [${colorized("row", "limits_of(row)", colours)} for row in values]`,
            "colors = np.stack(rows)",
          ]),
      ...(silent.length
        ? [`colors[:, ${integers(silent.map((step) => steps.indexOf(step)))}] = 128`]
        : []),
      'rows = [f"channel {channel}" for channel in channels]',
      'names = [f"step {step}" for step in steps]',
      `matrix(colors, rows, names, height=${height}, width=${width}).show()`,
    ],
  );
}
