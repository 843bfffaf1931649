/** Small multiples as Python. */

import type { Limits } from "../numbers/limits";
import {
  drawFunction,
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

/** What small multiples show. */
export interface ScriptedMultiples {
  logDir: string;
  input: string;
  /** Row by row, `columns` in each. */
  cells: readonly ScriptedCell[];
  columns: number;
  /** Limits of each layer, where the columns have their own. */
  limits: ReadonlyMap<string, Limits>;
  colours: ScriptColours;
}

const SIGHT = "The rows and columns in sight; the scale is theirs.";

/** Write a script that draws the cells in sight. */
export function multiplesScript(given: ScriptedMultiples): Script {
  const { logDir, input, cells, columns, limits, colours } = given;
  const drawn = cells.flatMap((cell) => (cell.reason === null ? [cell] : []));
  const several = (part: "run" | "layer") =>
    list([...new Set(drawn.map((cell) => cell[part]))].map(quoted), "    ", 12);
  const steps = [...new Set(drawn.map((cell) => cell.step))].sort((a, b) => a - b);
  const limitsByLayer = !colours.limits;
  const asked = [
    quoted(logDir),
    `runs=${several("run")}`,
    `layers=${several("layer")}`,
    `steps=${list(steps.map(String), "    ", 12)}`,
  ];
  return script(
    `Multiples: input ${input}.`,
    [SIGHT],
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
      ...(limitsByLayer ? ownLimits(colours, limits) : limitLines(colours)),
      "pictures = []",
      "for cell in cells:",
      ...(cells.length > drawn.length
        ? [
            "    if cell is None:",
            "        pictures.append(np.full((1, 1, 3), 128, np.uint8))",
            "        continue",
          ]
        : []),
      "    run, layer, step, channel = cell",
      "    one = maps[run, layer, step][:, :, channel]",
      `    pictures.append(draw(one, ${limitsByLayer ? "limits[layer]" : "limits"}))`,
      showLine("pictures", columns),
    ],
  );
}

function cellLine(cell: ScriptedCell): string {
  if (cell.reason !== null) return `${indented(comment(cell.reason))}\n    None,`;
  const { run, layer, step, channel } = cell;
  return `    (${quoted(run)}, ${quoted(layer)}, ${step}, ${channel}),`;
}

function ownLimits({ words }: ScriptColours, limits: ReadonlyMap<string, Limits>): string[] {
  return [
    comment(`Scale: ${words}.`),
    "limits = {",
    ...[...limits].map(([layer, ends]) => `    ${quoted(layer)}: ${pair(ends)},`),
    "}",
  ];
}

function indented(lines: string): string {
  return lines.replace(/^/gm, "    ");
}
