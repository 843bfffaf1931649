/** What a view shows, in one sentence for somebody who sees it for the first time. */

import type { Statistic } from "../../numbers/matrix";
import { rowsShown, type State } from "../../state/state";
import type { ColoursInUse } from "../../state/view_state";

/** Height and width of what is drawn of a channel. */
interface Form {
  height: number;
  width: number;
}

/** What people call the numbers of a channel. */
export const STATISTIC_NAMES: { [statistic in Statistic]: string } = {
  maximum: "maximum",
  mean: "mean",
  minimum: "minimum",
  zero_share: "share of zeros",
};

/** The sentence under the title of a view; without the colours where none are known yet. */
export function sentenceOf(chosen: State, form: Form, colours: ColoursInUse | null): string {
  return `${[whatIsDrawn(chosen, form), whatColoursMean(chosen, form, colours)]
    .filter(Boolean)
    .join("; ")}.`;
}

/** The sentence over the picture of layers × steps. */
export const LAYERS_SENTENCE =
  "Each row is one layer, each column one step; brighter means more.";

function whatIsDrawn({ view, compare, multiples }: State, form: Form): string {
  const one = `Each ${pictureName(form)} is one channel${partsOf(form)}`;
  switch (view) {
    case "grid":
      return one;
    case "channel":
      return `This is one channel${partsOf(form)}`;
    case "compare":
      if (compare.how === "difference") return `${one}, B compared with A`;
      if (compare.how === "blink") return `${one}, of A and of B in turn`;
      if (compare.how === "wipe") return `${one}, of A left of the bar and of B right of it`;
      return `${one}, of A and of B side by side`;
    case "multiples":
      return rowsAndColumns(multiples);
    case "inputs":
      return "Each row is one channel, each column one input; what differs most comes first";
    case "training":
      return "Each row is one channel, each column one step";
  }
}

const ROW_NAMES = { runs: "run", inputs: "input", channels: "pinned channel" };

function rowsAndColumns({ rows, columns }: State["multiples"]): string {
  const row = `Each row is one ${ROW_NAMES[rowsShown({ rows, columns })]}`;
  if (columns === "layers")
    return `${row}, each column one layer, of which one channel is shown`;
  return `${row}, each column one step${rows === "channels" ? "" : ", all of one channel"}`;
}

/** What the drawing of a channel looks like. */
function pictureName({ height, width }: Form): string {
  if (isSequence({ height, width })) return "strip";
  return height === width ? "square" : "picture";
}

/** What of a channel is drawn, where it is no picture. */
function partsOf(form: Form): string {
  if (isSequence(form)) return ", position by position";
  return isSingle(form) ? ", which has one value" : "";
}

function isSingle({ height, width }: Form): boolean {
  return height === 1 && width === 1;
}

function isSequence(form: Form): boolean {
  return (form.height === 1 || form.width === 1) && !isSingle(form);
}

function whatColoursMean(
  { view, compare, training }: State,
  form: Form,
  colours: ColoursInUse | null,
): string {
  // Its two legends, of the inputs and of the difference, say it.
  if (!colours || view === "inputs") return "";
  if (view === "compare" && compare.how === "difference") {
    return "black means no difference, more colour a larger one";
  }
  if (colours.name === "signed") return "orange is above zero, blue is below, black is zero";
  if (view === "training")
    return `brighter means a larger ${STATISTIC_NAMES[training.statistic]}`;
  const meaning = colours.negative ? "a larger value" : "a stronger response";
  return `brighter means ${meaning}${isSingle(form) ? "" : " at that place"}`;
}
