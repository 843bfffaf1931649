/** The training view as files: channels × steps, and layers × steps. */

import type { Curve, Run } from "../../data/api";
import {
  keptRows,
  naturalLimits,
  numbersOf,
  type OrderedRows,
  rowOrdering,
} from "../../data/heat_map";
import {
  type HealthMaps,
  healthMaps,
  type LoggedHealth,
  runBeside,
  withHealth,
} from "../../data/layer_health";
import { orderWords } from "../../data/order_words";
import { type Answer, allOf, andThen, known, ready } from "../../data/queries";
import { present, type ShownRecord, shownRecord } from "../../data/records";
import { curveOf } from "../../data/resources";
import { matrixScaling } from "../../data/scaling";
import { colouring } from "../../drawing/colouring";
import { shortest } from "../../drawing/csv";
import { counted } from "../../drawing/legend";
import type { NamedArray } from "../../drawing/npy";
import { curveMatrix, type Matrix } from "../../numbers/matrix";
import { matrixCoverage } from "../../numbers/scale";
import type { State } from "../../state/state";
import { viewState } from "../../state/view_state";
import { STATISTIC_NAMES } from "../parts/sentence";
import { HEALTH_NAMES, healthDrawnAs, healthMeaning } from "../pictures/health_painting";
import { paintOf } from "../pictures/paint";
import type { ViewContent } from "./content";
import { recordFacts } from "./layer_files";
import type { SheetSection } from "./sheet";
import { matrixDrawing } from "./sheet_pictures";

interface TrainingContent {
  record: ShownRecord;
  curve: Curve;
  rows: OrderedRows;
  /** Channels × steps. */
  channels: Matrix;
  /** Layers × steps, of the run beside it, too. */
  health: HealthMaps;
}

/** Sides of a cell in CSS pixels. */
const SIDES = {
  channels: { width: [5, 48], height: [4, 24], gap: 0 },
  layers: { width: [5, 48], height: [15, 15], gap: 1 },
} as const;

export const TRAINING: ViewContent<TrainingContent> = {
  of: (chosen) =>
    andThen(shownRecord(present(chosen.a)), (record) =>
      andThen(curveOf(record.run.run, record.tag, record.number), (curve) =>
        andThen(healthOfRuns(record.run, chosen), (logged) => {
          const rows = keptRows(
            viewState.heatMapRows.value,
            record,
            rowOrdering(record, chosen),
            chosen,
          );
          const lists = numbersOf(curve, chosen.training.statistic, record.input.name);
          const channels = curveMatrix(lists, rows.channels);
          return ready({ record, curve, rows, channels, health: healthMaps(logged, chosen) });
        }),
      ),
    ),
  sheets: ([content], chosen, page) => ready([sheetOf(content!, chosen, page)]),
  arrays: (content, { training }) => {
    const { record, curve, rows, channels, health } = content;
    return [
      matrixArray("channel_values", channels),
      missingArray("channel_missing", channels),
      { name: "channels", values: rows.channels },
      { name: "channel_steps", values: curve.steps },
      { name: "channel_statistic", values: training.statistic },
      { name: "layers", values: health.layers },
      { name: "layer_statistic", values: health.kind },
      ...health.maps.flatMap(({ run, table, matrix }, i) => {
        const ending = i ? "_beside" : "";
        return [
          matrixArray(`layer_values${ending}`, matrix),
          missingArray(`layer_missing${ending}`, matrix),
          { name: `layer_steps${ending}`, values: table.steps },
          { name: `run${ending}`, values: run.run },
        ];
      }),
      { name: "layer", values: record.header.layer.path },
      { name: "input", values: record.input.name },
    ];
  },
  table: ({ record, curve, rows, channels, health }, { training }) => ({
    head: ["of", "run", "name", "step", "statistic", "value"],
    rows: [
      ...matrixLines({
        of: "channel",
        run: record.run.run,
        names: rows.channels.map(String),
        steps: curve.steps,
        matrix: channels,
        statistic: training.statistic,
      }),
      ...health.maps.flatMap(({ run, table, matrix }) => [
        ...matrixLines({
          of: "layer",
          run: run.run,
          names: health.layers,
          steps: table.steps,
          matrix,
          statistic: health.kind,
        }),
      ]),
    ],
  }),
  nameParts: ({ record, health }, { training }) => [
    ...health.maps.map(({ run }) => run.run),
    record.header.layer.path,
    record.input.name,
    training.statistic,
    health.kind,
  ],
  words: (chosen) => {
    const record = known(shownRecord(present(chosen.a)));
    const steps = record && known(curveOf(record.run.run, record.tag, record.number))?.steps;
    const over = steps ? `at ${counted(steps.length, "step")}` : "at each step";
    const what = `channels × steps and layers × steps`;
    return {
      picture: what,
      numbers: `the ${STATISTIC_NAMES[chosen.training.statistic]} of channels and the health of layers ${over}`,
      still: "all steps are columns already",
    };
  },
  fewer: "Search for fewer channels, or filter the layers.",
};

/** What was logged of the layers of a run, and of the one that is shown beside it. */
function healthOfRuns(own: Run, chosen: State): Answer<LoggedHealth[]> {
  const beside = runBeside(own, chosen);
  return allOf([own, ...(beside ? [beside] : [])].map(withHealth));
}

function matrixArray(name: string, { rows, columns, values }: Matrix): NamedArray {
  return { name, values, shape: [rows, columns] };
}

/** 1 where nothing was logged; elsewhere NaN is what was not finite. */
function missingArray(name: string, { rows, columns, missing }: Matrix): NamedArray {
  return { name, values: BigInt64Array.from(missing, BigInt), shape: [rows, columns] };
}

interface MatrixLines {
  of: string;
  run: string;
  names: readonly string[];
  steps: readonly number[];
  matrix: Matrix;
  statistic: string;
}

function* matrixLines({ of, run, names, steps, matrix, statistic }: MatrixLines) {
  const { columns, values, missing } = matrix;
  for (const [row, name] of names.entries()) {
    for (const [column, step] of steps.entries()) {
      const place = row * columns + column;
      const value = missing[place] ? "" : shortest(values[place]!);
      yield [of, run, name, `${step}`, statistic, value];
    }
  }
}

function sheetOf(content: TrainingContent, chosen: State, page: CSSStyleDeclaration) {
  const { record } = content;
  const sections = [channelsSection(content, chosen, page), ...layersSections(content, page)];
  return {
    title: `Training of run ${record.run.run}`,
    facts: [
      record.header.layer.path,
      ...recordFacts(record).slice(0, -2),
      `input ${record.input.name}`,
    ],
    sections: sections.map((section) => [section]),
    legends: [],
  };
}

function channelsSection(
  { record, curve, rows, channels: matrix }: TrainingContent,
  chosen: State,
  page: CSSStyleDeclaration,
): SheetSection {
  const { statistic, rows: order } = chosen.training;
  const scaling = matrixScaling(matrix, chosen.scale, naturalLimits(statistic));
  const paint = paintOf(scaling, chosen);
  const shared = scaling.shared ? colouring(paint.scale(0), paint.table) : null;
  const sorted = order === "order" ? orderWords(chosen) : null;
  const heading = [
    `${STATISTIC_NAMES[statistic]} of ${matrix.rows} of ${counted(record.maps.channels, "channel")} at ${counted(curve.steps.length, "step")}`,
    sorted ? `${sorted} at step ${rows.step}` : "",
    matrix.missing.includes(1) ? "hatched: not logged" : "",
  ];
  const { marks } = matrixCoverage(matrix, scaling.limits);
  return {
    heading: asSentence(heading.filter(Boolean).join(", ")),
    body: matrixDrawing(
      {
        matrix,
        rowName: (row) => `${rows.channels[row]}`,
        columnName: (column) => `${curve.steps[column]}`,
        axes: { rows: "channel", columns: "step" },
        colour: (row) => shared ?? colouring(paint.scale(row), paint.table),
      },
      SIDES.channels,
      page,
    ),
    legends: [{ scaling, paint, marks }],
  };
}

/** The health of layers, of one run or two in the same colours; empty where there is none. */
function layersSections(
  { record, health: { layers, kind, maps } }: TrainingContent,
  page: CSSStyleDeclaration,
): SheetSection[] {
  const shown = maps.filter(({ table }) => table.steps.length && layers.length);
  const matrices = shown.map(({ matrix }) => matrix);
  const { paint, coverage, colour } = healthDrawnAs(matrices, kind);
  const { limits } = paint.scale(0);
  const words = healthMeaning(kind, record.header.inputs.length);
  const legend = {
    scaling: { limits: () => limits, shared: true, words },
    paint,
    marks: coverage.marks,
  };
  return shown.map(({ run, table, matrix }, i) => ({
    heading: asSentence(
      `${HEALTH_NAMES[kind]} of ${counted(layers.length, "layer")} at ` +
        `${counted(table.steps.length, "step")}` +
        (maps.length > 1 ? ` of run ${run.run}` : "") +
        (matrix.missing.includes(1) ? ", hatched: not logged" : ""),
    ),
    body: matrixDrawing(
      {
        matrix,
        rowName: (row) => layers[row] ?? "",
        columnName: (column) => `${table.steps[column]}`,
        axes: { rows: "layer", columns: "step" },
        colour: () => colour,
      },
      SIDES.layers,
      page,
    ),
    legends: i === shown.length - 1 ? [legend] : [],
  }));
}

function asSentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
