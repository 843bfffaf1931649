/** The state <-> keys of TensorBoard's hash, and which choices Back goes back to. */

import { MEASURES } from "../numbers/differences";
import { HEALTH_CHOICES } from "../numbers/health";
import { STATISTICS } from "../numbers/matrix";
import { SORT_KEYS } from "../numbers/order";
import type { PictureBox } from "../numbers/picture_box";
import { RUN_MEASURES } from "../numbers/run_measures";
import { ALIGNS } from "../numbers/steps";
import { pinsIn, pinsText } from "./pins";
import {
  CELL_SHARES,
  COLOURS,
  COMPARISONS,
  MULTIPLES_ROWS,
  SCALE_MODES,
  type Selection,
  SIDE_SHARES,
  START,
  type State,
  VIEWS,
} from "./state";
import { numberIn, unescaped } from "./text";

export const TAB = "activations";
const PREFIX = `p.${TAB}.`;
const HOST_RUN_FILTER = "runFilter=";
/** More of one value than this is junk. */
const LONGEST = 4096;
const [MOST_SHRUNK, MOST_ENLARGED] = [1 / 64, 64];
const FLAGS = new Map([
  ["true", true],
  ["false", false],
]);

type Texts = Map<string, string>;

/** What was read from an address, and what could not be, in words. */
export interface Restored {
  state: State;
  notices: string[];
}

/** Writes all that differs from the start into a hash, and leaves in it what is not ours. */
export function toHash(state: State, hash: string): string {
  const others = hash.split("&").filter((pair) => pair && !pair.startsWith(PREFIX));
  if (!others.length) others.push(TAB);
  const ours = [...texts(state)].map(([key, text]) => `${PREFIX}${key}=${escaped(text)}`);
  return [...others, ...ours].join("&");
}

/** Read a hash; junk becomes what is there at the start. */
export function fromHash(hash: string): Restored {
  const present: Texts = new Map();
  const notices: string[] = [];
  for (const pair of hash.split("&")) {
    if (!pair.startsWith(PREFIX)) continue;
    const [key = "", ...rest] = pair.slice(PREFIX.length).split("=");
    const text = unescaped(rest.join("="));
    if (text === null || text.length > LONGEST) notices.push(key.slice(0, 40));
    else present.set(key, text);
  }
  const state = read(present, notices);
  return { state, notices };
}

/** What TensorBoard's own list of runs is filtered by, as its hash says it. */
export function hostRunFilter(hash: string): string {
  const pair = hash.split("&").find((one) => one.startsWith(HOST_RUN_FILTER));
  return unescaped(pair?.slice(HOST_RUN_FILTER.length) ?? "") ?? "";
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
}

function texts(state: State): Texts {
  const all: Texts = new Map();
  const put = (key: string, value: unknown, start: unknown) => {
    if (value !== start && value !== null) all.set(key, String(value));
  };
  for (const side of ["a", "b"] as const) {
    for (const part of ["run", "step", "input", "layer", "channel"] as const) {
      put(side === "a" ? part : `b_${part}`, state[side][part], null);
    }
  }
  put("view", state.view, START.view);
  for (const part of Object.keys(START.scale) as (keyof State["scale"])[]) {
    put(part === "mode" ? "scale" : part, state.scale[part], START.scale[part]);
  }
  put("colours", state.colours, START.colours);
  put("smooth", state.smooth, START.smooth);
  put("zoom", state.zoom, START.zoom);
  put("sort", state.sort.by, START.sort.by);
  put("descending", state.sort.descending, START.sort.descending);
  put("box", state.box.drawn && boxText(state.box.drawn), null);
  put("box_all_inputs", state.box.allInputs, START.box.allInputs);
  put("search", state.search, START.search);
  put("show_silent", state.showSilent, START.showSilent);
  put("pins", pinsText(state.pins), "");
  put("removed", state.removed, START.removed);
  put("compare", state.compare.how, START.compare.how);
  put("wipe", state.compare.wipe, START.compare.wipe);
  put("one_channel", state.compare.oneChannel, START.compare.oneChannel);
  put("compare_scale", state.compare.shares, START.compare.shares);
  put("multiples_rows", state.multiples.rows, START.multiples.rows);
  put("columns", state.multiples.columns, START.multiples.columns);
  put("all_columns", state.multiples.all, START.multiples.all);
  put("multiples_scale", state.multiples.shares, START.multiples.shares);
  for (const part of ["statistic", "rows", "health"] as const) {
    put(part, state.training[part], START.training[part]);
  }
  put("beside", state.training.beside, START.training.beside);
  put("runs_by", state.runs.measure, START.runs.measure);
  put("measure", state.inputs.measure, START.inputs.measure);
  put("all_runs", state.curves.all, START.curves.all);
  put("scalar", state.scalar, START.scalar);
  put("align", state.align, START.align);
  put("place", state.inspected && `${state.inspected.y},${state.inspected.x}`, null);
  put("overlay", state.overlay, START.overlay);
  put("overlay_smooth", state.overlaySmooth, START.overlaySmooth);
  put("layers", state.layers, START.layers);
  put("runs", state.runFilter, START.runFilter);
  return all;
}

function read(present: Texts, notices: string[]): State {
  /** Read one value, or give the one at the start, with a notice. */
  function take<T>(key: string, start: T, parse: (text: string) => T | undefined): T {
    const text = present.get(key);
    if (text === undefined) return start;
    const value = parse(text);
    if (value === undefined) notices.push(key);
    return value === undefined ? start : value;
  }
  const text = (key: string, start: string | null) => take(key, start, (given) => given);
  const choice = <T extends string>(key: string, start: T, all: readonly T[]) =>
    take(key, start, (given) => all.find((item) => item === given));
  const flag = (key: string, start: boolean) => take(key, start, (given) => FLAGS.get(given));
  const number = (key: string, start: number, low: number, high: number) =>
    take(key, start, (given) => numberWithin(given, low, high));
  const count = (key: string) =>
    take<number | null>(key, null, (given) =>
      /^\d{1,16}$/.test(given) ? Number(given) : undefined,
    );
  const side = (prefix: string): Selection => ({
    run: text(`${prefix}run`, null),
    step: count(`${prefix}step`),
    input: text(`${prefix}input`, null),
    layer: text(`${prefix}layer`, null),
    channel: count(`${prefix}channel`),
  });
  return {
    a: side(""),
    b: side("b_"),
    view: choice("view", START.view, VIEWS),
    scale: {
      mode: choice("scale", START.scale.mode, SCALE_MODES),
      low: number("low", START.scale.low, -Infinity, Infinity),
      high: number("high", START.scale.high, -Infinity, Infinity),
      percentile: number("percentile", START.scale.percentile, 0, 49),
      symmetric: flag("symmetric", START.scale.symmetric),
      gamma: number("gamma", START.scale.gamma, 0.1, 10),
      log: flag("log", START.scale.log),
    },
    colours: choice("colours", START.colours, COLOURS),
    smooth: flag("smooth", START.smooth),
    zoom: take("zoom", START.zoom, (given) => numberWithin(given, MOST_SHRUNK, MOST_ENLARGED)),
    sort: {
      by: choice("sort", START.sort.by, SORT_KEYS),
      descending: flag("descending", START.sort.descending),
    },
    box: {
      drawn: take("box", START.box.drawn, boxIn),
      allInputs: flag("box_all_inputs", START.box.allInputs),
    },
    search: text("search", START.search) ?? "",
    showSilent: flag("show_silent", START.showSilent),
    pins: take("pins", START.pins, pinsIn),
    removed: flag("removed", START.removed),
    compare: {
      how: choice("compare", START.compare.how, COMPARISONS),
      wipe: number("wipe", START.compare.wipe, 0, 1),
      oneChannel: flag("one_channel", START.compare.oneChannel),
      shares: choice("compare_scale", START.compare.shares, SIDE_SHARES),
    },
    multiples: {
      rows: choice("multiples_rows", START.multiples.rows, MULTIPLES_ROWS),
      columns: choice("columns", START.multiples.columns, ["steps", "layers"] as const),
      all: flag("all_columns", START.multiples.all),
      shares: choice("multiples_scale", START.multiples.shares, CELL_SHARES),
    },
    training: {
      statistic: choice("statistic", START.training.statistic, STATISTICS),
      rows: choice("rows", START.training.rows, ["order", "number"] as const),
      health: choice("health", START.training.health, HEALTH_CHOICES),
      beside: text("beside", START.training.beside),
    },
    runs: { measure: choice("runs_by", START.runs.measure, RUN_MEASURES) },
    inputs: { measure: choice("measure", START.inputs.measure, MEASURES) },
    curves: { all: flag("all_runs", START.curves.all) },
    scalar: text("scalar", START.scalar),
    align: choice("align", START.align, ALIGNS),
    inspected: take("place", START.inspected, (given) => {
      const [y, x, ...more] = given.split(",").map((part) => numberWithin(part, 0, 1));
      return y === undefined || x === undefined || more.length ? undefined : { y, x };
    }),
    overlay: number("overlay", START.overlay, 0, 1),
    overlaySmooth: flag("overlay_smooth", START.overlaySmooth),
    layers: text("layers", START.layers) ?? "",
    runFilter: text("runs", START.runFilter),
  };
}

const BOX_EDGES = ["left", "top", "right", "bottom"] as const;

const boxText = (box: PictureBox) => BOX_EDGES.map((edge) => box[edge]).join(",");

function boxIn(text: string): PictureBox | undefined {
  const edges = text.split(",").map((part) => numberWithin(part, 0, 1));
  const [left, top, right, bottom] = edges;
  if (edges.length !== BOX_EDGES.length) return undefined;
  if (left === undefined || top === undefined) return undefined;
  if (right === undefined || bottom === undefined) return undefined;
  return left < right && top < bottom ? { left, top, right, bottom } : undefined;
}

function numberWithin(text: string, low: number, high: number): number | undefined {
  const value = numberIn(text);
  return value !== null && value >= low && value <= high ? value : undefined;
}

const PARTS = ["run", "layer", "input", "channel"] as const;

/** Whether another thing is looked at, not only the same in another way. */
export function isElsewhere(now: State, before: State): boolean {
  const differ = (first: Selection, second: Selection) =>
    PARTS.some((part) => first[part] !== second[part]);
  return now.view !== before.view || differ(now.a, before.a) || differ(now.b, before.b);
}
