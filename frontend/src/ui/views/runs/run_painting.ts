/** Numbers of layers × runs -> colours, and what the legend says of them. */

import type { Answer } from "../../../data/queries";
import type { RunNumber } from "../../../data/run_matrix";
import type { Scaling } from "../../../data/scaling";
import { colouring } from "../../../drawing/colouring";
import { COLOUR_MAPS, css, isLight } from "../../../drawing/colours";
import type { Limits } from "../../../numbers/limits";
import {
  FAR,
  hasOwnLimits,
  measureLimits,
  type RunMeasure,
} from "../../../numbers/run_measures";
import { type Coverage, countMarks, type Scale, together } from "../../../numbers/scale";
import type { Paint } from "../../pictures/paint";

/** Colours of a cell, and of the number on it. */
export interface CellColours {
  background: string;
  ink: string;
}

interface Painting {
  scaling: Scaling;
  paint: Paint;
  coverage: Coverage;
  /** Colours of a cell; null where there is no number. */
  colours: (row: number, column: number) => CellColours | null;
}

/** How the cells in sight are coloured. */
export function measurePainting(
  measure: RunMeasure,
  rows: readonly (readonly Answer<RunNumber>[])[],
): Painting {
  const numbers = rows.map((answers) =>
    answers.flatMap((answer) => (answer.state === "ready" ? [answer.value.value] : [])),
  );
  const own = hasOwnLimits(measure);
  const shared = measureLimits(measure, numbers.flat());
  const limits = own ? numbers.map((row) => measureLimits(measure, row)) : null;
  const limitsOf = (row: number) => limits?.[row] ?? shared;
  const signed = measure === "mean";
  const beyond = numbers.flatMap((row, i) =>
    row.filter((value) => value !== onScale(value, limitsOf(i)) && !Number.isNaN(value)),
  ).length;
  const name = signed ? "signed" : "heat";
  const table = COLOUR_MAPS[name];
  const scale = (row: number): Scale => ({ limits: limitsOf(row), gamma: 1, signed });
  return {
    scaling: { limits: limitsOf, shared: !own, words: words(measure, beyond) },
    paint: { scale, name, table, smooth: false, key: `runs ${measure}` },
    coverage: together(
      numbers.map((row, i) => {
        const drawn = Float32Array.from(row, (value) => onScale(value, limitsOf(i)));
        return { limits: limitsOf(i), marks: countMarks(drawn, limitsOf(i)) };
      }),
    ),
    colours: (row, column) => {
      const answer = rows[row]?.[column];
      if (answer?.state !== "ready") return null;
      const packed = new Uint32Array(1);
      const value = onScale(answer.value.value, limitsOf(row));
      colouring(scale(row), table)(Float32Array.of(value), 0, packed);
      return {
        background: css(packed[0]!),
        ink: isLight(packed[0]!) ? "#000" : "#fff",
      };
    },
  };
}

/** A value beyond the scale has the colour of its end: the number says what it is. */
function onScale(value: number, { low, high }: Limits): number {
  if (value > high) return high;
  return value < low ? low : value;
}

function words(measure: RunMeasure, beyond: number): string {
  if (measure === "silent") return "all that a share can be";
  const more = beyond ? `; ${beyond} in sight beyond it, coloured as its end` : "";
  if (!hasOwnLimits(measure)) {
    return beyond ? `from 0 to ${FAR}${more}` : "from 0 to the largest in sight";
  }
  return `each layer's own, at most twice its median${more}`;
}
