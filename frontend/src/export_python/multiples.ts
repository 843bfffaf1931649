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

/** A feature map in a cell. */
interface ScriptedMap {
  reason: null;
  run: string;
  layer: string;
  step: number;
  input: string;
  channel: number;
}

/** A feature map in a cell, or why there is none. */
export type ScriptedCell = ScriptedMap | { reason: string };

/** What of a cell its limits depend on. */
export type Part = "run" | "layer" | "step" | "input" | "channel";

/** The limits of the cells that have these in common. */
export interface OwnLimits {
  key: readonly (string | number)[];
  limits: Limits;
}

/** What small multiples show. */
export interface ScriptedMultiples {
  logDir: LogDir;
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
  const { logDir, cells, columns, own, colours } = given;
  const drawn = cells.flatMap((cell) => (cell.reason === null ? [cell] : []));
  const several = (part: "run" | "layer") =>
    [...new Set(drawn.map((cell) => cell[part]))].map(quoted);
  const inputs = [...new Set(drawn.map((cell) => cell.input))];
  const steps = [...new Set(drawn.map((cell) => cell.step))].sort((a, b) => a - b);
  const limits = own ? `limits[${own.by.map(nameOf).join(", ")}]` : "limits";
  const asked = [
    LOG_DIR,
    `runs=${list(several("run"), "    ", 12)}`,
    `layers=${list(several("layer"), "    ", 12)}`,
    `steps=${list(steps.map(String), "    ", 12)}`,
  ];
  return script(
    logDir,
    `Multiples: ${inputs.length === 1 ? "input" : "inputs"} ${inputs.join(", ")}.`,
    [SHOWN],
    colours,
    [drawFunction(colours, SMALL), PAGE],
    [
      `logged = ${call("av.read_records", asked)}`,
      "maps = {",
      "    (one.run, one.layer, one.step, name): av.as_maps(activations)",
      "    for one in logged",
      "    for name, activations in one.activations.items()",
      "}",
      "# Run, layer, step, input and channel of each cell, row by row.",
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
      "    run, layer, step, name, channel = cell",
      "    one = maps[run, layer, step, name][:, :, channel]",
      `    pictures.append(draw(one, ${limits}))`,
      `    labels.append(${labelOf(drawn)})`,
      showLine("pictures", "labels", columns),
    ],
  );
}

/** What the label of a cell says: its run and step, and else what is not the same in all. */
function labelOf(drawn: readonly ScriptedMap[]): string {
  const differs = (part: Part) => new Set(drawn.map((cell) => cell[part])).size > 1;
  const words = [
    "{run}",
    differs("layer") ? "{layer}" : "",
    differs("input") ? "{name}" : "",
    "step {step}",
    differs("layer") || differs("channel") ? "channel {channel}" : "",
  ];
  return `f"${words.filter(Boolean).join(", ")}"`;
}

/** What a part of a cell is called in the script, where `input` is Python's own. */
function nameOf(part: Part): string {
  return part === "input" ? "name" : part;
}

function cellLine(cell: ScriptedCell): string {
  if (cell.reason !== null) return `${indented(comment(cell.reason))}\n    None,`;
  const { run, layer, step, input, channel } = cell;
  return `    (${quoted(run)}, ${quoted(layer)}, ${step}, ${quoted(input)}, ${channel}),`;
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
