/** Numbers of layers × runs: what they are called, and their colours. */

import { type Answer, known, WAITING } from "../../data/queries";
import type { Reference, RunNumber } from "../../data/run_matrix";
import type { Scaling } from "../../data/scaling";
import { colouring } from "../../drawing/colouring";
import { COLOUR_MAPS, css, isLight } from "../../drawing/colours";
import { format, percent } from "../../drawing/legend";
import {
  FAR,
  hasOwnLimits,
  isDistance,
  measureLimits,
  type RunMeasure,
} from "../../numbers/run_measures";
import {
  type Coverage,
  coverageOfValues,
  MARKS,
  type Scale,
  together,
} from "../../numbers/scale";
import type { Align } from "../../numbers/steps";
import type { Paint } from "./paint";

/** What people call what runs are compared by. */
export const RUN_MEASURE_NAMES: { [measure in RunMeasure]: string } = {
  relative: "relative distance (L2)",
  angle: "1 − cosine",
  mean: "mean",
  deviation: "standard deviation",
  silent: "silent channels",
};
export const RUN_MEASURE_MEANINGS: { [measure in RunMeasure]: string } = {
  relative:
    "‖B − A‖ / ‖A‖ over all values of a layer: 0 is the same, 1 is as far from A as zeros are.",
  angle:
    "1 − cosine of the angle between A and B, over all values of a layer: 0 is the same " +
    "pattern, 1 nothing in common, 2 the opposite. How large the values are does not count.",
  mean: "Mean of all values of a layer, for all logged inputs.",
  deviation: "Standard deviation of all values of a layer, for all logged inputs.",
  silent: "Share of the channels of a layer that are zero everywhere for all logged inputs.",
};
const SAME_MOMENT: { [align in Align]: string } = {
  step: "step",
  epoch: "epoch",
  wall: "time since the start",
};

/** What a table of layers × runs compares, part by part. */
export function comparedWords({ record, input, align }: Reference, measure: RunMeasure) {
  return [
    `A: run ${record.run.run}`,
    `step ${record.address.step}`,
    ...(isDistance(measure) ? [`input ${input}`] : []),
    `the others at the same ${SAME_MOMENT[align]}`,
  ];
}

/** A number as it stands in its cell. */
export function numberText({ value, leftOut }: RunNumber, measure: RunMeasure): string {
  const text = measure === "silent" ? percent(value) : format(value);
  return leftOut ? `${text} *` : text;
}

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
  const { marks } = coverage;
  const isWhole =
    numbers.flat().some((value) => value > 0) && !marks[MARKS.above] && !marks[MARKS.plus];
  return {
    scaling: { limits: limitsOf, shared: !own, words: words(measure, shared.high, isWhole) },
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

function words(measure: RunMeasure, high: number, isWhole: boolean): string {
  if (measure === "silent") return "all that a share can be";
  if (hasOwnLimits(measure)) return "each layer's own, at most twice its median";
  if (isWhole) return "from 0 to the largest in sight";
  return high > FAR ? "from 0 to twice the median" : `from 0 to ${FAR}`;
}
