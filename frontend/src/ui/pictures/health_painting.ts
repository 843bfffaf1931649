/** How the health of layers is drawn, and what is said of it. */

import { colouring } from "../../drawing/colouring";
import { COLOUR_MAPS, type ColourMapName } from "../../drawing/colours";
import { forThese } from "../../drawing/legend";
import { type HealthKind, healthLimits, OUTLIERS } from "../../numbers/health";
import type { Matrix } from "../../numbers/matrix";
import { matrixCoverage, together } from "../../numbers/scale";
import type { Paint } from "./paint";

/** What people call each kind. */
export const HEALTH_NAMES: { [kind in HealthKind]: string } = {
  combined: "silent or saturated",
  silent: "silent channels",
  saturated: "saturated values",
  nonfinite: "NaN or infinite",
  sparsity: "zeros",
  std: "deviation",
  mean: "mean",
};
const MEANINGS: { [kind in HealthKind]: string } = {
  combined: "the larger of the share of silent channels and that of saturated values",
  silent: "share of channels that are zero at every position",
  saturated: "share of values at a bound of the activation function; only where it has one",
  nonfinite: "only whether there are any",
  sparsity: "share of values that are zero",
  std: `standard deviation of the values: from 0 to what ${100 - OUTLIERS}% of the cells are below`,
  mean: `mean of the values: ${100 - 2 * OUTLIERS}% of the cells are within these limits`,
};

/** How the numbers of a kind are drawn in all maps, and what the scale shows of them. */
export function healthDrawnAs(matrices: readonly Matrix[], kind: HealthKind) {
  const limits = healthLimits(
    matrices.map(({ values }) => values),
    kind,
  );
  const scale = { limits, gamma: 1, signed: kind === "mean" };
  const name: ColourMapName = scale.signed ? "signed" : "heat";
  const table = COLOUR_MAPS[name];
  const paint: Paint = { scale: () => scale, name, table, smooth: false, key: "health" };
  const coverage = together(matrices.map((matrix) => matrixCoverage(matrix, () => limits)));
  return { paint, coverage, colour: colouring(scale, table) };
}

/** What a kind is; that channels are silent is only known for the inputs that were logged. */
export function healthMeaning(kind: HealthKind, inputs: number | undefined): string {
  if (kind !== "silent" && kind !== "combined") return MEANINGS[kind];
  return `${MEANINGS[kind]}, ${inputs === undefined ? "for the logged inputs" : forThese(inputs)}`;
}
