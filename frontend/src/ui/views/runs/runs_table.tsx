import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Run } from "../../../data/api";
import type { Answer } from "../../../data/queries";
import { listedRuns, runOrderOf } from "../../../data/resources";
import { type Reference, type RunNumber, runNumber, stepIn } from "../../../data/run_matrix";
import { cssOf, runColours } from "../../../drawing/colours";
import type { Size } from "../../../numbers/layout";
import { inSight, type Span } from "../../../numbers/row_layout";
import type { RunMeasure } from "../../../numbers/run_measures";
import { select } from "../../../state/store";
import { useLatest } from "../../hooks/latest";
import { useSize, useVisibleRows } from "../../hooks/size";
import { Legend } from "../../pictures/legend";
import { RunCell } from "./run_cell";
import { measurePainting } from "./run_painting";

/** Room for the names of layers and of runs, and the sides of a cell, in CSS pixels. */
const [NAMES, HEAD] = [208, 74];
const CELL: Size = { width: 92, height: 24 };

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
  const below = { width: size.width, height: Math.max(0, size.height - HEAD) };
  const down = useVisibleRows(box, below, layers.length, CELL.height);
  const across = inSight(runs.length, CELL.width, left, Math.max(0, size.width - NAMES));
  const rows = numbersInSight({ reference, layers, runs, measure }, down, across);
  const painting = measurePainting(
    measure,
    rows.map(({ answers }) => answers),
  );
  const { record } = reference;
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
        class="scroll runs"
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={`Layers × runs by ${name}`}
        onScroll={({ currentTarget }) => setLeft(currentTarget.scrollLeft)}
      >
        <div
          style={{
            width: `${NAMES + runs.length * CELL.width}px`,
            height: `${HEAD + layers.length * CELL.height}px`,
            position: "relative",
          }}
        >
          <RunHeads reference={reference} runs={runs} across={across} />
          {rows.map(({ layer, row, answers }, i) => (
            <div
              key={layer}
              class="line"
              style={{ top: `${HEAD + row * CELL.height}px`, height: `${CELL.height}px` }}
            >
              <button
                type="button"
                class="name"
                aria-current={layer === record.tag.layer}
                title={`Look at ${layer}`}
                style={{ width: `${NAMES}px` }}
                onClick={() => select("a", { layer })}
              >
                <bdi>{layer}</bdi>
              </button>
              {answers.map((answer, j) => {
                const column = across.first + j;
                const run = runs[column]!;
                return (
                  <RunCell
                    key={run.run}
                    {...{ answer, run, layer, reference, measure, name }}
                    colours={painting.colours(i, j)}
                    left={NAMES + column * CELL.width}
                    size={CELL}
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

function isWaiting({ state }: Answer<unknown>): boolean {
  return state === "waiting";
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
  reference: Reference;
  runs: readonly Run[];
  across: Span;
}

/** The names of the runs, and the step that each is looked at. */
function RunHeads({ reference, runs, across }: RunHeadsProps) {
  const order = useLatest(runOrderOf(listedRuns())).value;
  const colours = runColours(order ?? []);
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
              left: `${NAMES + (across.first + i) * CELL.width}px`,
              width: `${CELL.width}px`,
            }}
            onClick={() => select("a", { run: run.run })}
          >
            <span class="run-name">
              {isA && <b>A </b>}
              {run.run}
            </span>
            <small class="values">{stepWords(stepIn(run, reference))}</small>
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

function stepWords(step: Answer<number>): string {
  if (step.state === "waiting") return "step …";
  return step.state === "ready" ? `step ${step.value}` : "no such step";
}
