/** All that can be chosen, and what it is at the start. */

import type { Measure } from "../numbers/differences";
import type { HealthChoice } from "../numbers/health";
import type { Statistic } from "../numbers/matrix";
import type { SortKey } from "../numbers/order";
import type { PictureBox } from "../numbers/picture_box";
import type { RelativePosition } from "../numbers/receptive_field";
import type { RunMeasure } from "../numbers/run_measures";
import type { Align } from "../numbers/steps";
import type { Pins } from "./pins";

/** What one side shows; null stands for what is useful. */
export interface Selection {
  run: string | null;
  /** null follows the latest. */
  step: number | null;
  input: string | null;
  layer: string | null;
  channel: number | null;
}

export const VIEWS = [
  "grid",
  "channel",
  "compare",
  "multiples",
  "inputs",
  "training",
  "runs",
] as const;
export type View = (typeof VIEWS)[number];

export const SCALE_MODES = [
  "auto",
  "channel",
  "layer",
  "steps",
  "runs",
  "robust",
  "percentile",
  "fixed",
] as const;
export type ScaleMode = (typeof SCALE_MODES)[number];

/** Which cells of small multiples share a scale; auto: all, unless a row would be of one colour. */
export const CELL_SHARES = ["auto", "common", "row", "cell"] as const;
export type CellShare = (typeof CELL_SHARES)[number];

/** What the rows of small multiples are; channels: those that are pinned. */
export const MULTIPLES_ROWS = ["runs", "inputs", "channels"] as const;
export type MultiplesRows = (typeof MULTIPLES_ROWS)[number];

/** Whether both sides of a comparison share a scale; auto: unless one would be of one colour. */
export const SIDE_SHARES = ["auto", "common", "each"] as const;
export type SideShare = (typeof SIDE_SHARES)[number];

/** Which values become the ends of the colours. */
export interface ScaleChoice {
  /** auto: what shows something in the view that is seen, such as the layer's range. */
  mode: ScaleMode;
  /** The ends where they are fixed. */
  low: number;
  high: number;
  /** Share of values in percent that is cut off at each end. */
  percentile: number;
  /** Whether zero is in the middle. */
  symmetric: boolean;
  gamma: number;
  /** Whether colours are logarithmic, in place of gamma. */
  log: boolean;
}

export const COLOURS = ["auto", "gray", "signed", "heat", "ice"] as const;
export type Colours = (typeof COLOURS)[number];

export const COMPARISONS = ["side", "blink", "wipe", "difference"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** The rows that are shown: other layers have other channels, so that no pin is in all columns. */
export function rowsShown({ rows, columns }: Pick<State["multiples"], "rows" | "columns">) {
  return columns === "layers" && rows === "channels" ? "runs" : rows;
}

export interface State {
  a: Selection;
  /** What is null is as in `a`. */
  b: Selection;
  view: View;
  scale: ScaleChoice;
  colours: Colours;
  smooth: boolean;
  /** Screen pixels for a value; null to fit. */
  zoom: number | null;
  sort: { by: SortKey; descending: boolean };
  /** What channels are sorted by in its own order; `allInputs`: not only for this input. */
  box: { drawn: PictureBox | null; allInputs: boolean };
  search: string;
  /** Whether channels that are zero everywhere are shown, not folded. */
  showSilent: boolean;
  pins: Pins;
  /** Whether what lies between before and after ReLU is shown. */
  removed: boolean;
  /** `wipe`: the share of A; `one`: the channel that is chosen, not all. */
  compare: { how: Comparison; wipe: number; oneChannel: boolean; shares: SideShare };
  /** `all`: not only as many columns as fit. */
  multiples: {
    rows: MultiplesRows;
    columns: "steps" | "layers";
    all: boolean;
    shares: CellShare;
  };
  /** `beside`: a run whose health is shown beside that of the run looked at. */
  training: {
    statistic: Statistic;
    rows: "order" | "number";
    health: HealthChoice;
    beside: string | null;
  };
  /** What the layers of runs are compared by. */
  runs: { measure: RunMeasure };
  /** What inputs beside each other are compared by. */
  inputs: { measure: Measure };
  /** `all`: the curves of other runs, too. */
  curves: { all: boolean };
  /** The scalar of the training above the steps; null for its loss. */
  scalar: string | null;
  align: Align;
  inspected: RelativePosition | null;
  /** How far the overlay covers the input, 0 to 1. */
  overlay: number;
  /** Whether the overlay is smooth, whatever the maps are. */
  overlaySmooth: boolean;
  /** Regular expression that layers are filtered by. */
  layers: string;
  /** Regular expression that runs are filtered by; null follows TensorBoard's. */
  runFilter: string | null;
}

const NOTHING: Selection = { run: null, step: null, input: null, layer: null, channel: null };

export const START: State = {
  a: NOTHING,
  b: NOTHING,
  view: "grid",
  scale: {
    mode: "auto",
    low: 0,
    high: 1,
    percentile: 1,
    symmetric: false,
    gamma: 1,
    log: false,
  },
  colours: "auto",
  smooth: false,
  zoom: null,
  sort: { by: "max", descending: true },
  box: { drawn: null, allInputs: false },
  search: "",
  showSilent: false,
  pins: new Map(),
  removed: false,
  compare: { how: "side", wipe: 0.5, oneChannel: false, shares: "auto" },
  multiples: { rows: "runs", columns: "steps", all: false, shares: "auto" },
  training: { statistic: "maximum", rows: "order", health: "auto", beside: null },
  runs: { measure: "relative" },
  inputs: { measure: "l2" },
  curves: { all: false },
  scalar: null,
  align: "step",
  inspected: null,
  overlay: 0.6,
  overlaySmooth: true,
  layers: "",
  runFilter: null,
};
