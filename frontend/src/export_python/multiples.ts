/** Small multiples as Python. */

import type { Limits } from "../numbers/limits";
import {
  drawFunction,
  LOG_DIR,
  type LogDir,
  limitLines,
  PAGE,
  type Script,
  type ScriptColours,
  SMALL,
  script,
  showLine,
} from "./script";
import { call, comment, list, pair, quoted } from "./text";

/** A feature map in a cell, or why there is none. */
export type ScriptedCell =
  | { reason: null; run: string; layer: string; step: number; channel: number }
  | { reason: string };

/** What of a cell its limits depend on. */
export type Part = "run" | "layer" | "step";

/** The limits of the cells that have these in common. */
export interface OwnLimits {
  key: readonly (string | number)[];
  limits: Limits;
}

/** What small multiples show. */
export interface ScriptedMultiples {
  logDir: LogDir;
  input: string;
  /** Row by row, `columns` in each. */
  cells: readonly ScriptedCell[];
  columns: number;
  /** By what cells have limits of their own, and which; null where all share them. */
  own: { by: readonly Part[]; limits: readonly OwnLimits[] } | null;
  colours: ScriptColours;
}

const SHOWN = "All rows, of the columns that the tab shows; the scale is theirs.";

/** Write a script that draws the cells. */
export function multiplesScript(given: ScriptedMultiples): Script {
  const { logDir, input, cells, columns, own, colours } = given;
  const drawn = cells.flatMap((cell) => (cell.reason === null ? [cell] : []));
  const several = (part: "run" | "layer") =>
    list([...new Set(drawn.map((cell) => cell[part]))].map(quoted), "    ", 12);
  const steps = [...new Set(drawn.map((cell) => cell.step))].sort((a, b) => a - b);
  const limits = own ? `limits[${own.by.join(", ")}]` : "limits";
  // What is the same in all cells is not said in each.
  const isOneLayer = new Set(drawn.map(({ layer }) => layer)).size === 1;
  const label = isOneLayer
    ? 'f"{run}, step {step}"'
    : 'f"{run}, {layer}, step {step}, channel {channel}"';
  const asked = [
    LOG_DIR,
    `runs=${several("run")}`,
    `layers=${several("layer")}`,
    `steps=${list(steps.map(String), "    ", 12)}`,
  ];
  return script(
    logDir,
    `Multiples: input ${input}.`,
    [SHOWN],
    colours,
    [drawFunction(colours, SMALL), PAGE],
    [
      `logged = ${call("av.read_records", asked)}`,
      "maps = {",
      `    (one.run, one.layer, one.step): av.as_maps(one.activations[${quoted(input)}])`,
      "    for one in logged",
      `    if ${quoted(input)} in one.activations`,
      "}",
      "# Run, layer, step and channel of each cell, row by row.",
      "cells = [",
      ...cells.map(cellLine),
      "]",
      "",
      ...(own ? ownLimits(colours, own.limits) : limitLines(colours)),
      "pictures, labels = [], []",
      "for cell in cells:",
      ...(cells.length > drawn.length
        ? [
            "    if cell is None:",
            "        pictures.append(np.full((1, 1, 3), 128, np.uint8))",
            '        labels.append("nothing logged")',
            "        continue",
          ]
        : []),
      "    run, layer, step, channel = cell",
      "    one = maps[run, layer, step][:, :, channel]",
      `    pictures.append(draw(one, ${limits}))`,
      `    labels.append(${label})`,
      showLine("pictures", "labels", columns),
    ],
  );
}

function cellLine(cell: ScriptedCell): string {
  if (cell.reason !== null) return `${indented(comment(cell.reason))}\n    None,`;
  const { run, layer, step, channel } = cell;
  return `    (${quoted(run)}, ${quoted(layer)}, ${step}, ${channel}),`;
}

function ownLimits({ words }: ScriptColours, limits: readonly OwnLimits[]): string[] {
  return [
    comment(`Scale: ${words}.`),
    "limits = {",
    ...limits.map(({ key, limits: ends }) => `    ${keyOf(key)}: ${pair(ends)},`),
    "}",
  ];
}

function keyOf(key: OwnLimits["key"]): string {
  const parts = key.map((one) => (typeof one === "string" ? quoted(one) : `${one}`));
  return parts.length === 1 ? parts[0]! : `(${parts.join(", ")})`;
}

function indented(lines: string): string {
  return lines.replace(/^/gm, "    ");
}
