/** What a view shows, in one sentence for somebody who sees it for the first time. */

import { channelNoun, hasOneValue, isPlot } from "../../numbers/map_form";
import type { Statistic } from "../../numbers/matrix";
import type { FormedSize } from "../../numbers/plot_layout";
import type { RunMeasure } from "../../numbers/run_measures";
import { rowsShown, type State, type View } from "../../state/state";
import type { ColoursInUse } from "../../state/view_state";

/** What people call the numbers of a channel. */
export const STATISTIC_NAMES: { [statistic in Statistic]: string } = {
  maximum: "maximum",
  mean: "mean",
  minimum: "minimum",
  zero_share: "share of zeros",
};

/** What the colours of layers × runs mean. */
const RUN_COLOURS: { [measure in RunMeasure]: string } = {
  relative: "brighter means farther from A",
  angle: "brighter means a pattern less like that of A",
  mean: "orange is above zero, blue is below, black is zero",
  deviation: "brighter means a larger deviation",
  silent: "brighter means more silent channels",
};

/** The sentence under the title of a view; without the colours where none are known yet. */
export function sentenceOf(
  chosen: State,
  maps: FormedSize,
  colours: ColoursInUse | null,
): string {
  return `${[whatIsDrawn(chosen, maps), whatColoursMean(chosen, maps, colours)]
    .filter(Boolean)
    .join("; ")}.`;
}

/** The sentence over the picture of layers × steps. */
export const LAYERS_SENTENCE =
  "Each row is one layer, each column one step; brighter means more.";

function whatIsDrawn({ view, compare, multiples }: State, maps: FormedSize): string {
  const noun = channelNoun(maps.form);
  const what = `one ${noun}${partsOf(maps)}`;
  const one = `Each ${pictureName(maps)} is ${what}`;
  switch (view) {
    case "grid":
      return maps.form?.kind === "units" ? "Each cell is one unit, a bar for each input" : one;
    case "channel":
      return `This is ${what}`;
    case "compare":
      if (compare.how === "difference") return `${one}, B compared with A`;
      if (compare.how === "blink") return `${one}, of A and of B in turn`;
      if (compare.how === "wipe") return `${one}, of A left of the bar, of B right of it`;
      return `${one}, of A and of B side by side`;
    case "multiples":
      return rowsAndColumns(multiples, noun);
    case "inputs":
      return `Each row is one ${noun}, each column one input; what differs most comes first`;
    case "training":
      return `Each row is one ${noun}, each column one step`;
    case "runs":
      return "Each row is one layer, each column one run";
  }
}

function rowsAndColumns({ rows, columns }: State["multiples"], noun: string): string {
  const names = { runs: "run", inputs: "input", channels: `pinned ${noun}` };
  const row = `Each row is one ${names[rowsShown({ rows, columns })]}`;
  if (columns === "layers") {
    return `${row}, each column one layer, of which one ${noun} is shown`;
  }
  return `${row}, each column one step${rows === "channels" ? "" : `, all of one ${noun}`}`;
}

/** What the drawing of a channel looks like. */
function pictureName({ form, height, width }: FormedSize): string {
  if (form?.kind === "units") return "bar";
  if (form?.kind === "sequence") return "line";
  return height === width ? "square" : "picture";
}

/** What of a channel is drawn, where it is no picture. */
function partsOf(maps: FormedSize): string {
  const { form } = maps;
  switch (form?.kind) {
    case "units":
      return "";
    case "sequence":
      return ", position by position";
    case "tokens":
      return ", patch by patch";
    case "scores":
      return ", queries down, keys across";
    case "table":
      return `, ${form.rows} down, ${form.columns} across`;
    case "slices":
      return ", slice by slice";
    default:
      return hasOneValue(maps) ? ", which has one value" : "";
  }
}

function whatColoursMean(
  { view, compare, training, runs }: State,
  maps: FormedSize,
  colours: ColoursInUse | null,
): string {
  if (view === "runs") return RUN_COLOURS[runs.measure];
  // Its two legends, of the inputs and of the difference, say it.
  if (!colours || view === "inputs") return "";
  if (isPlot(maps) && view !== "training") return whatLengthsMean(maps, compare, view);
  if (view === "compare" && compare.how === "difference") {
    return "black means no difference, more colour a larger one";
  }
  if (colours.name === "signed") return "orange is above zero, blue is below, black is zero";
  if (view === "training")
    return `brighter means a larger ${STATISTIC_NAMES[training.statistic]}`;
  if (maps.form?.kind === "scores") return "brighter means a larger score";
  const meaning = colours.negative ? "a larger value" : "a stronger response";
  return `brighter means ${meaning}${hasOneValue(maps) ? "" : " at that place"}`;
}

/** What bars and lines tell. */
function whatLengthsMean({ form }: FormedSize, { how }: State["compare"], view: View): string {
  const isUnit = form?.kind === "units";
  if (view === "compare" && how === "difference") {
    return isUnit ? "no bar means no difference" : "a line along zero means no difference";
  }
  return isUnit ? "a longer bar is a value farther from zero" : "higher means a larger value";
}
