/** What channels are sorted by, in words. */

import { percent } from "../drawing/legend";
import type { SortKey } from "../numbers/order";
import type { State } from "../state/state";

/** The name of each order. */
export const SORT_NAMES: { [key in SortKey]: string } = {
  channel: "channel",
  max: "maximum",
  mean: "mean",
  l2: "L2 norm",
  deviation: "standard deviation",
  zeros: "share of zeros",
  change: "change since start",
  difference: "difference to B",
  box: "response in the box",
};

/** What is measured where a box on the picture sorts the channels. */
export function boxMeaning(allInputs: boolean): string {
  return (
    "The mean of a channel's values inside the box less the mean of those outside it: above " +
    "0 it responds more strongly inside. A value is inside where the centre of its " +
    "receptive field is; where that is not known, its place in the map is taken for its " +
    "place in the picture. NaN and infinities are left out." +
    (allInputs ? " The mean of that over all inputs, the box being in the same place." : "")
  );
}

/** The order of channels for captions and comments; null where it is that of numbers. */
export function orderWords({ sort, box }: State): string | null {
  if (sort.by === "channel") return null;
  const direction = sort.descending ? "largest first" : "smallest first";
  return `sorted by ${SORT_NAMES[sort.by]}${sort.by === "box" ? boxWords(box) : ""}, ${direction}`;
}

function boxWords({ drawn, allInputs }: State["box"]): string {
  if (!drawn) return "";
  const { left, top, right, bottom } = drawn;
  const from = `${percent(left)} to ${percent(right)} across`;
  const down = `${percent(top)} to ${percent(bottom)} down`;
  return ` (${from}, ${down}, ${allInputs ? "all inputs" : "this input"})`;
}
