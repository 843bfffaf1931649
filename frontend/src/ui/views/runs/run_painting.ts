/** Numbers of layers × runs -> colours, and what the legend says of them. */

import { type Answer, known, WAITING } from "../../../data/queries";
import type { RunNumber } from "../../../data/run_matrix";
import type { Scaling } from "../../../data/scaling";
import { colouring } from "../../../drawing/colouring";
import { COLOUR_MAPS, css, isLight } from "../../../drawing/colours";
import {
  FAR,
  hasOwnLimits,
  measureLimits,
  type RunMeasure,
} from "../../../numbers/run_measures";
import {
  type Coverage,
  coverageOfValues,
  MARKS,
  type Scale,
  together,
} from "../../../numbers/scale";
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
    answers.flatMap((answer) => known(answer)?.value ?? []),
  );
  const own = hasOwnLimits(measure);
  const shared = measureLimits(measure, numbers.flat());
  const limits = own ? numbers.map((row) => measureLimits(measure, row)) : null;
  const limitsOf = (row: number) => limits?.[row] ?? shared;
  const signed = measure === "mean";
  const name = signed ? "signed" : "heat";
  const table = COLOUR_MAPS[name];
  const scale = (row: number): Scale => ({ limits: limitsOf(row), gamma: 1, signed });
  const coverage = together(
    numbers.map((row, i) => coverageOfValues(Float32Array.from(row), limitsOf(i))),
  );
  return {
    scaling: { limits: limitsOf, shared: !own, words: words(measure, coverage) },
    paint: { scale, name, table, smooth: false, key: `runs ${measure}` },
    coverage,
    colours: (row, column) => {
      const number = known(rows[row]?.[column] ?? WAITING);
      if (!number) return null;
      const packed = new Uint32Array(1);
      colouring(scale(row), table)(Float32Array.of(number.value), 0, packed);
      return {
        background: css(packed[0]!),
        ink: isLight(packed[0]!) ? "#000" : "#fff",
      };
    },
  };
}

function words(measure: RunMeasure, { marks }: Coverage): string {
  if (measure === "silent") return "all that a share can be";
  if (hasOwnLimits(measure)) return "each layer's own, at most twice its median";
  const isCut = marks[MARKS.above] > 0 || marks[MARKS.plus] > 0;
  return isCut ? `from 0 to ${FAR}` : "from 0 to the largest in sight";
}
