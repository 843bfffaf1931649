/** Which values are at the ends of the colours of a matrix. */

import { finiteLimits, type Limits, percentileLimits, symmetric } from "../numbers/limits";
import type { Matrix } from "../numbers/matrix";
import type { ScaleChoice } from "../state/state";
import type { Scaling } from "./scaling";

const NO_LIMITS: Limits = { low: 0, high: 1 };

/**
 * What the chosen scale means for a matrix; `channel` stands for a row of its own.
 *
 * `natural` are limits that values cannot exceed, such as those of a share. They are taken
 * unless a scale was chosen that is about something else.
 */
export function matrixScaling(
  matrix: Matrix,
  choice: ScaleChoice,
  natural: Limits | null,
): Scaling {
  const { values, columns } = matrix;
  const centred = (limits: Limits | null) => {
    const found = limits ?? NO_LIMITS;
    return choice.symmetric ? symmetric(found) : found;
  };
  const shared = (limits: Limits | null, words: string): Scaling => {
    const found = centred(limits);
    return { limits: () => found, shared: true, words };
  };
  if (choice.mode === "channel") {
    return {
      limits: (row) => centred(finiteLimits(values, row * columns, (row + 1) * columns)),
      shared: false,
      words: "each channel's own smallest to largest value over the steps",
    };
  }
  if (choice.mode === "fixed") {
    const { low, high } = choice;
    return shared({ low: Math.min(low, high), high: Math.max(low, high) }, "fixed values");
  }
  if (choice.mode === "percentile") {
    const { percentile } = choice;
    const limits = percentileLimits(values, percentile);
    return shared(limits, `percentile ${percentile} to ${100 - percentile} of what is shown`);
  }
  if (natural) return shared(natural, "all that a share can be");
  return shared(finiteLimits(values), "smallest to largest value of all that is shown");
}
