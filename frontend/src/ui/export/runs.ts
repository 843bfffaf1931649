/** Layers × runs as files: all of them, and not only those in sight. */

import {
  type Answer,
  allOf,
  andThen,
  failed,
  failureOf,
  known,
  ready,
} from "../../data/queries";
import { type RunNumber, runNumber } from "../../data/run_matrix";
import { type RunTable, runTable } from "../../data/run_table";
import { shortest } from "../../drawing/csv";
import { counted } from "../../drawing/legend";
import type { NamedArray } from "../../drawing/npy";
import { isDistance } from "../../numbers/run_measures";
import type { State } from "../../state/state";
import {
  comparedWords,
  measurePainting,
  numberText,
  RUN_MEASURE_MEANINGS,
  RUN_MEASURE_NAMES,
} from "../pictures/run_painting";
import type { ViewContent } from "./content";
import { overSteps } from "./layer_files";
import type { Sheet } from "./sheet";
import { numbersDrawing } from "./sheet_pictures";

/** A table whose numbers are there, or it is known why not. */
interface RunsContent extends RunTable {
  /** Layer by layer, a number of each run. */
  numbers: readonly (readonly Answer<RunNumber>[])[];
}

export const RUNS: ViewContent<RunsContent> = {
  of: (chosen) =>
    andThen(runTable(chosen), (table) => {
      const { layers, runs, reference } = table;
      if (!layers.length) return failed("No layers are shown: filter for others.");
      const { measure } = chosen.runs;
      const asked = layers.map((layer) =>
        runs.map((run) => runNumber(run, layer, measure, reference)),
      );
      return andThen(allOf(asked.map((row) => allOf(row.map(settled)))), (numbers) =>
        ready({ ...table, numbers }),
      );
    }),
  sheets: (moments, chosen, page) => {
    // The same colours at all steps: those of all numbers of a layer, or of all layers.
    const [first] = moments;
    const rows = first!.layers.map((_, row) => moments.flatMap(({ numbers }) => numbers[row]!));
    const painting = measurePainting(chosen.runs.measure, rows);
    const scaling = overSteps(painting.scaling, moments.length, chosen);
    const { paint, coverage } = painting;
    const legends = [{ scaling, paint, marks: coverage.marks }];
    return ready(
      moments.map((content, moment): Sheet => {
        const { measure } = chosen.runs;
        const { reference, layers, all, runs, hidden, numbers } = content;
        const before = moment * runs.length;
        const facts = [
          ...comparedWords(reference, measure),
          layers.length < all ? `${layers.length} of ${counted(all, "layer")}` : "",
          hidden ? `${counted(hidden, "run")} filtered out` : "",
        ];
        const body = numbersDrawing(
          {
            rows: layers,
            columns: runs.map(({ run }) =>
              run === reference.record.run.run ? `A ${run}` : run,
            ),
            text: (row, column) => textOf(numbers[row]![column]!, measure),
            colours: (row, column) => painting.colours(row, before + column),
          },
          page,
        );
        const heading = RUN_MEASURE_MEANINGS[measure];
        return {
          title: `Layers × runs by ${RUN_MEASURE_NAMES[measure]}`,
          facts,
          sections: [[{ heading, body, legends: [] }]],
          legends,
        };
      }),
    );
  },
  arrays: ({ reference, layers, runs, numbers }, { runs: { measure } }) => {
    const shape = [layers.length, runs.length];
    const flat = numbers.flat();
    // There is no such step.
    const integers = (name: string, of: (number: RunNumber) => number): NamedArray => ({
      name,
      values: BigInt64Array.from(flat, (answer) => {
        const number = known(answer);
        return BigInt(number ? of(number) : -1);
      }),
      shape,
    });
    return [
      {
        name: "values",
        values: Float32Array.from(flat, (answer) => known(answer)?.value ?? NaN),
        shape,
      },
      integers("steps", ({ step }) => step),
      integers("left_out", ({ leftOut }) => leftOut),
      { name: "reasons", values: flat.map((answer) => failureOf(answer) ?? ""), shape },
      { name: "layers", values: layers },
      { name: "runs", values: runs.map(({ run }) => run) },
      { name: "measure", values: measure },
      { name: "run_a", values: reference.record.run.run },
      { name: "step_a", values: reference.record.address.step },
      { name: "input", values: reference.input },
    ];
  },
  table: ({ layers, runs, numbers }, { runs: { measure } }) => ({
    head: ["layer", "run", "step", "measure", "value", "left_out", "reason"],
    rows: layers.flatMap((layer, row) =>
      runs.map(({ run }, column) => {
        const answer = numbers[row]![column]!;
        const number = known(answer);
        const told = number
          ? [`${number.step}`, measure, shortest(number.value), `${number.leftOut}`, ""]
          : ["", measure, "", "", failureOf(answer) ?? ""];
        return [layer, run, ...told];
      }),
    ),
  }),
  nameParts: ({ reference: { record, input } }, { runs: { measure } }) => [
    measure,
    record.run.run,
    ...(isDistance(measure) ? [input] : []),
    `step${record.address.step}`,
  ],
  words: (chosen) => {
    const table = known(runTable(chosen));
    const what = table
      ? `${counted(table.layers.length, "layer")} × ${counted(table.runs.length, "run")}`
      : "layers × runs";
    return { picture: what, numbers: `the numbers of ${what}`, still: null };
  },
  fewer: "Filter the layers or the runs.",
};

/** An answer once it is there, also that there is none. */
function settled(answer: Answer<RunNumber>): Answer<Answer<RunNumber>> {
  return failureOf(answer) === null ? andThen(answer, () => ready(answer)) : ready(answer);
}

function textOf(answer: Answer<RunNumber>, measure: State["runs"]["measure"]): string {
  const number = known(answer);
  return number ? numberText(number, measure) : "–";
}
