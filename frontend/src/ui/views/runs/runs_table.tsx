import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { Run } from "../../../data/api";
import { type Answer, failureOf, known } from "../../../data/queries";
import { listedRuns, runOrderOf } from "../../../data/resources";
import { type Reference, type RunNumber, runNumber, stepIn } from "../../../data/run_matrix";
import { cssOf, runColours } from "../../../drawing/colours";
import type { Size } from "../../../numbers/layout";
import { cutNames } from "../../../numbers/names";
import { inSight, type Span } from "../../../numbers/row_layout";
import type { RunMeasure } from "../../../numbers/run_measures";
import { select } from "../../../state/store";
import { useSize, useVisibleRows } from "../../hooks/size";
import { Answered } from "../../parts/answered";
import { CutName } from "../../parts/cut_name";
import { Legend } from "../../pictures/legend";
import { measurePainting } from "../../pictures/run_painting";
import { RunCell } from "./run_cell";

/** Room for the names of layers and of runs, and the height of a cell, in CSS pixels. */
const [NAMES, HEAD, HEIGHT] = [208, 46, 24];
/** Between these widths a cell is as wide as there is room, for the names of the runs. */
const [NARROWEST, WIDEST] = [104, 176];

interface Props {
  reference: Reference;
  layers: readonly string[];
  runs: readonly Run[];
  measure: RunMeasure;
  /** What the measure is called. */
  name: string;
  /** What is chosen above it. */
  children: ComponentChildren;
}

/** A row for each layer, a column for each run; only what is in sight is asked for. */
export function RunsTable({ reference, layers, runs, measure, name, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const [left, setLeft] = useState(0);
  const hint = useSignal<string | null>(null);
  const room = Math.max(0, size.width - NAMES);
  const cell: Size = {
    width: Math.min(Math.max(Math.floor(room / runs.length), NARROWEST), WIDEST),
    height: HEIGHT,
  };
  const below = { width: size.width, height: Math.max(0, size.height - HEAD) };
  const down = useVisibleRows(box, below, layers.length, HEIGHT);
  const across = inSight(runs.length, cell.width, left, room);
  const rows = numbersInSight({ reference, layers, runs, measure }, down, across);
  const painting = measurePainting(
    measure,
    rows.map(({ answers }) => answers),
  );
  const { record } = reference;
  const cut = useMemo(() => cutNames(layers), [layers.join("\n")]);
  const waiting = rows.flatMap(({ answers }) => answers).filter(isWaiting).length;
  return (
    <>
      <div class="tools">
        {children}
        <span class="quiet values" role="status" data-name="runs-waiting">
          {waiting > 0 && `measuring ${waiting} more …`}
        </span>
        <output class="told values" data-name="told">
          {hint.value ?? "Point at a cell; a click compares the layer in both runs."}
        </output>
      </div>
      <div
        class="scroll runs-table"
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={`Layers × runs by ${name}`}
        onScroll={({ currentTarget }) => setLeft(currentTarget.scrollLeft)}
      >
        <div
          style={{
            width: `${NAMES + runs.length * cell.width}px`,
            height: `${HEAD + layers.length * HEIGHT}px`,
            position: "relative",
          }}
        >
          <RunHeads width={cell.width} {...{ reference, runs, across }} />
          {rows.map(({ layer, row, answers }, i) => (
            <div
              key={layer}
              class="line"
              style={{ top: `${HEAD + row * HEIGHT}px`, height: `${HEIGHT}px` }}
            >
              <button
                type="button"
                class="name"
                aria-current={layer === record.tag.layer}
                title={`Look at ${layer}`}
                style={{ width: `${NAMES}px` }}
                onClick={() => select("a", { layer })}
              >
                <CutName name={layer} parts={cut.get(layer)} />
              </button>
              {answers.map((answer, j) => {
                const column = across.first + j;
                const run = runs[column]!;
                return (
                  <RunCell
                    key={run.run}
                    {...{ answer, run, layer, reference, measure, name }}
                    colours={painting.colours(i, j)}
                    left={NAMES + column * cell.width}
                    size={cell}
                    say={(words) => (hint.value = words)}
                  />
                );
              })}
            </div>
          ))}
        </div>
      </div>
      <Legend
        scaling={painting.scaling}
        paint={painting.paint}
        coverage={painting.coverage}
        leads={false}
      />
    </>
  );
}

function isWaiting(answer: Answer<unknown>): boolean {
  return known(answer) === undefined && failureOf(answer) === null;
}

/** A layer in sight, with its number of each run in sight. */
interface LayerInSight {
  layer: string;
  /** Its index among all layers. */
  row: number;
  answers: Answer<RunNumber>[];
}

type Asked = Pick<Props, "reference" | "layers" | "runs" | "measure">;

function numbersInSight(asked: Asked, down: Span, across: Span): LayerInSight[] {
  const { reference, layers, runs, measure } = asked;
  const rows: LayerInSight[] = [];
  // What is asked for last is answered first, and that should be what is on top.
  for (let row = down.end - 1; row >= down.first; row--) {
    const layer = layers[row]!;
    const answers = runs
      .slice(across.first, across.end)
      .map((run) => runNumber(run, layer, measure, reference));
    rows.unshift({ layer, row, answers });
  }
  return rows;
}

interface RunHeadsProps {
  /** Width of each in CSS pixels. */
  width: number;
  reference: Reference;
  runs: readonly Run[];
  across: Span;
}

/** The names of the runs, and the step that each is looked at. */
function RunHeads({ width, reference, runs, across }: RunHeadsProps) {
  const all = listedRuns();
  const colours = runColours(known(runOrderOf(all)) ?? all.map(({ run }) => run));
  const names = runs.map(({ run }) => run);
  const cut = useMemo(() => cutNames(names), [names.join("\n")]);
  return (
    <div class="heads" style={{ height: `${HEAD}px` }}>
      {runs.slice(across.first, across.end).map((run, i) => {
        const isA = run.run === reference.record.run.run;
        const colour = colours.get(run.run);
        return (
          <button
            key={run.run}
            type="button"
            class="head"
            aria-current={isA}
            title={isA ? `${run.run}: the run that is looked at` : `Look at run ${run.run}`}
            style={{
              left: `${NAMES + (across.first + i) * width}px`,
              width: `${width}px`,
            }}
            onClick={() => select("a", { run: run.run })}
          >
            <span class="run-name">
              {isA && <b>A </b>}
              <CutName name={run.run} parts={cut.get(run.run)} />
            </span>
            <small class="values">
              <Answered of={stepIn(run, reference)} what="the step" room="cell">
                {(step) => <span>{`step ${step}`}</span>}
              </Answered>
            </small>
            <i style={colour ? { background: cssOf(colour) } : {}} />
          </button>
        );
      })}
      <span class="corner quiet" style={{ width: `${NAMES}px` }}>
        layer ↓ run →
      </span>
    </div>
  );
}
