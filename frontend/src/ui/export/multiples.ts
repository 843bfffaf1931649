/** Small multiples as files: all rows, of the columns that are shown. */

import { type Multiple, type MultiplesScaling, multiplesScaling } from "../../data/multiples";
import {
  type Answer,
  allOf,
  andThen,
  failed,
  failureOf,
  orElse,
  ready,
  WAITING,
} from "../../data/queries";
import { coverageOf } from "../../data/scaling";
import { mapTable } from "../../drawing/csv";
import { counted, endWords } from "../../drawing/legend";
import type { NamedArray } from "../../drawing/npy";
import type { Maps } from "../../numbers/decode";
import { planeOf } from "../../numbers/differences";
import { together } from "../../numbers/scale";
import type { MultiplesRows, State } from "../../state/state";
import { viewState } from "../../state/view_state";
import { type CellPaint, multiplesPaint } from "../pictures/multiples_paint";
import type { ViewContent } from "./content";
import { overSteps } from "./layer_files";
import type { Sheet, SheetCell } from "./sheet";
import { absentCell, mapCell, pictureCell } from "./sheet_pictures";

/** A feature map, or why there is none. */
type Cell = { multiple: Multiple } | { multiple: null; reason: string };

interface MultiplesContent {
  columns: readonly string[];
  rows: readonly { name: string; picture: Maps | null; cells: readonly Cell[] }[];
  kind: "steps" | "layers";
  rowKind: MultiplesRows;
  /** The step that is looked at. */
  step: number | null;
}

/** Sides of a cell in CSS pixels. */
const SIDES = { usual: 96, most: 240 } as const;

export const MULTIPLES: ViewContent<MultiplesContent> = {
  of: ({ a: { step } }, like) => {
    const table = viewState.multiples.value;
    if (!table) return WAITING;
    const { columns, kind, rowKind } = table;
    const cellsAt = like && step !== null ? step : undefined;
    const answers = table.rows.map(({ cells }) => cells.map((cell) => cell(cellsAt)));
    // A picture that cannot be read is not there either.
    const beside = allOf(table.rows.map(({ picture }) => orElse(picture(), null)));
    const settled = allOf(answers.map((row) => allOf(row.map(orReason))));
    return andThen(beside, (pictures) =>
      andThen(settled, (cells) => {
        const rows = table.rows.map(({ name }, row) => ({
          name,
          picture: pictures[row]!,
          cells: cells[row]!,
        }));
        const content = { columns, rows, kind, rowKind, step };
        return mapsIn(content).length
          ? ready(content)
          : failed("No cell shows a feature map, so there is nothing to save.");
      }),
    );
  },
  sheets: (moments, chosen) => {
    const all = moments.flatMap(mapsIn);
    const { kind, rowKind } = moments[0]!;
    const { scale, multiples } = chosen;
    return andThen(
      multiplesScaling(all, scale, multiples.shares, kind === "layers", rowKind),
      (scaling) => {
        const paintOf = multiplesPaint(scaling, all, chosen);
        return ready(
          moments.map((content) => sheetOf(content, scaling, paintOf, moments.length, chosen)),
        );
      },
    );
  },
  arrays: (content) => {
    const { rows, columns } = content;
    const shape = [rows.length, columns.length];
    const cells = rows.flatMap((row) => row.cells);
    const texts = (name: string, of: (multiple: Multiple) => string): NamedArray => ({
      name,
      values: cells.map(({ multiple }) => (multiple ? of(multiple) : "")),
      shape,
    });
    // There is no such step or channel.
    const integers = (name: string, of: (multiple: Multiple) => number): NamedArray => ({
      name,
      values: BigInt64Array.from(cells, ({ multiple }) => BigInt(multiple ? of(multiple) : -1)),
      shape,
    });
    return [
      ...valuesOf(content),
      { name: "rows", values: rows.map(({ name }) => name) },
      { name: "columns", values: columns },
      texts("runs", ({ run }) => run.run),
      texts("layers", ({ header }) => header.layer.path),
      integers("steps", ({ address }) => address.step),
      texts("inputs", ({ input }) => input.name),
      integers("channels", ({ channel }) => channel),
      {
        name: "reasons",
        values: cells.map((cell) => (cell.multiple ? "" : cell.reason)),
        shape,
      },
    ];
  },
  table: ({ rows, columns }) =>
    mapTable(
      ["row_name", "column_name", "run", "layer", "step", "input"],
      rows.flatMap(({ name, cells }) =>
        cells.map(({ multiple }, column) => ({
          fields: [name, columns[column]!, ...fieldsOf(multiple)],
          maps: multiple?.maps ?? null,
          channels: multiple ? [multiple.channel] : [],
        })),
      ),
    ),
  nameParts: (content) => {
    const { kind, rowKind } = content;
    const { header, channel, input, address, run } = mapsIn(content)[0]!;
    return [
      `${rowKind}_and_${kind}`,
      ...(rowKind === "runs" ? [] : [run.run]),
      ...(kind === "steps" ? [header.layer.path] : []),
      ...(kind === "steps" && rowKind !== "channels" ? [`channel${channel}`] : []),
      ...(rowKind === "inputs" ? [] : [input.name]),
      ...(kind === "layers" ? [`step${address.step}`] : []),
    ];
  },
  words: ({ multiples }) => {
    const table = viewState.multiples.value;
    const size = table
      ? `${counted(table.rows.length, "row")} × ${counted(table.columns.length, "column")}`
      : "all rows";
    return {
      picture: `${size} of feature maps`,
      numbers: `the values of ${size} of feature maps`,
      still: multiples.columns === "steps" ? "all steps shown are columns already" : null,
    };
  },
  fewer: "Filter the runs, or choose “fit to width”.",
};

/** A cell once it is known what is in it, or why there is nothing. */
function orReason(answer: Answer<Multiple>): Answer<Cell> {
  const reason = failureOf(answer);
  if (reason !== null) return ready<Cell>({ multiple: null, reason });
  return andThen(answer, (multiple) => ready<Cell>({ multiple }));
}

function mapsIn({ rows }: Pick<MultiplesContent, "rows">): Multiple[] {
  return rows.flatMap(({ cells }) =>
    cells.flatMap(({ multiple }) => (multiple ? [multiple] : [])),
  );
}

function fieldsOf(multiple: Multiple | null): string[] {
  if (!multiple) return ["", "", "", ""];
  const { run, header, address, input } = multiple;
  return [run.run, header.layer.path, `${address.step}`, input.name];
}

/**
 * The values of all cells, (rows, columns, H, W), NaN where there is no map; of maps of more
 * than one size an array for each.
 */
function valuesOf(content: MultiplesContent): NamedArray[] {
  const [first, ...others] = mapsIn(content);
  const { height, width } = first!.maps;
  const { rows, columns } = content;
  const alike = others.every(({ maps }) => maps.height === height && maps.width === width);
  if (!alike) {
    return rows.flatMap(({ cells }, row) =>
      cells.flatMap(({ multiple }, column) => {
        if (!multiple) return [];
        const { maps, channel } = multiple;
        const values = Float32Array.from(planeOf(maps, channel).values);
        const name = `activations_${row}_${column}`;
        return [{ name, values, shape: [maps.height, maps.width] }];
      }),
    );
  }
  const places = height * width;
  const values = new Float32Array(rows.length * columns.length * places).fill(NaN);
  rows.forEach(({ cells }, row) => {
    cells.forEach(({ multiple }, column) => {
      if (!multiple) return;
      const at = (row * columns.length + column) * places;
      values.set(planeOf(multiple.maps, multiple.channel).values, at);
    });
  });
  return [{ name: "activations", values, shape: [rows.length, columns.length, height, width] }];
}

function sheetOf(
  content: MultiplesContent,
  { of, shares }: MultiplesScaling,
  paintOf: CellPaint,
  moments: number,
  chosen: State,
): Sheet {
  const { columns, rows, kind, rowKind } = content;
  const all = mapsIn(content);
  const first = all[0]!;
  const marks = together(
    all.map((cell) => coverageOf([{ maps: cell.maps, channels: [cell.channel] }], of(cell))),
  ).marks;
  const ends = (cell: Multiple) => endWords(paintOf(cell).scale(cell.channel));
  const label = (cell: Multiple, column: number) => {
    const elsewhere = kind === "steps" && columns[column] !== `step ${cell.address.step}`;
    const parts = [
      elsewhere ? `at ${cell.address.step}` : "",
      kind === "layers" ? `channel ${cell.channel}` : "",
      shares === "cell" ? ends(cell) : "",
    ];
    return parts.filter(Boolean).join(" · ");
  };
  const drawn = (cell: Cell, column: number): SheetCell =>
    cell.multiple
      ? mapCell(
          cell.multiple.maps,
          cell.multiple.channel,
          paintOf(cell.multiple),
          label(cell.multiple, column),
        )
      : absentCell(cell.reason);
  return {
    title: titleOf(content, first),
    facts: [
      `${rowKind} × ${kind}`,
      rowKind === "runs" ? "" : `run ${first.run.run}`,
      rowKind === "inputs" ? "" : `input ${first.input.name}`,
      kind === "layers" ? `step ${content.step ?? first.address.step}` : "",
    ],
    sections: [
      [
        {
          heading: "",
          body: {
            kind: "table",
            columns: columns.map((name) => ({ lines: [name] })),
            rows: rows.map(({ name, picture, cells }) => {
              const own = cells.find(({ multiple }) => multiple)?.multiple;
              const lines = shares === "row" && own ? [name, ends(own)] : [name];
              const head = { lines, cell: picture && pictureCell(picture) };
              return { head, cells: cells.map(drawn) };
            }),
            ...SIDES,
          },
          legends: [],
        },
      ],
    ],
    legends: [{ scaling: overSteps(of(first), moments, chosen), paint: paintOf(first), marks }],
  };
}

function titleOf({ kind, rowKind }: MultiplesContent, { header, channel }: Multiple): string {
  if (kind === "layers") return "One channel of each layer";
  const { path } = header.layer;
  return rowKind === "channels" ? `${path}, pinned channels` : `${path}, channel ${channel}`;
}
