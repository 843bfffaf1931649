/** What each view answers, and the words that a view cannot explain by showing them. */

import type { Measure } from "../../numbers/differences";
import type { View } from "../../state/state";

/** What people call the views. */
export const VIEW_NAMES: { readonly [view in View]: string } = {
  grid: "Grid",
  channel: "Channel",
  compare: "Compare",
  multiples: "Multiples",
  inputs: "Inputs",
  training: "Training",
  runs: "Runs",
};

/** The question that each view answers. */
export const QUESTIONS: { readonly [view in View]: string } = {
  grid: "What do the channels of this layer respond to?",
  channel: "Where does one channel respond, how strongly, and how did that change?",
  compare: "How do two steps, runs, inputs, layers or channels differ?",
  multiples: "How did one channel develop over the steps, in each run?",
  inputs: "Which channels respond differently to two inputs?",
  training: "How do channels and layers change over the training; which fall silent?",
  runs: "How do runs differ, layer by layer?",
};

/** What people call the measures by which inputs differ. */
export const MEASURE_NAMES: { readonly [measure in Measure]: string } = {
  maximum: "the maxima",
  largest: "the value that differs most",
  l2: "whole maps (L2)",
};

/** Each word in one line: where it stands, and in help. */
export const MEANINGS = {
  channel: "One feature map of a layer, or one unit of a Dense layer. They count from 0.",
  removed: "What the activation function took away: the values before it minus those after.",
  silent: "Zero at every place, for every input that was logged.",
  pinned: "Comes first in every order; kept by the browser.",
  scale: "Which values are the darkest and the brightest colour.",
  percentile: "The scale leaves out this share of the smallest and of the largest values.",
  "zero centred": "The scale reaches as far below zero as above it.",
  gamma: "Below 1 makes small values brighter, above 1 darker.",
  smooth: "Blends neighbouring values; without it each value is one flat square.",
  "align by": "Which steps of two runs belong together: same number, epoch or time.",
  "L2 norm": "The square root of the sum of all squared values of a channel.",
  "receptive field": "The part of the input that one value of a layer can see.",
  saturated: "At a bound of the activation function, such as 1 of a sigmoid.",
} as const;
