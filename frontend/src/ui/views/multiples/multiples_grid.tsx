import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Run } from "../../../data/api";
import {
  type Column,
  type Multiple,
  type MultiplesScaling,
  multiplesScaling,
} from "../../../data/multiples";
import { andThen, known, ready } from "../../../data/queries";
import { runOrderOf } from "../../../data/resources";
import { misfitOf } from "../../../data/scale_fit";
import { coverageOf } from "../../../data/scaling";
import { cssOf, type RunColour, runColours } from "../../../drawing/colours";
import { counted, endWords, format } from "../../../drawing/legend";
import type { Size } from "../../../numbers/layout";
import { together } from "../../../numbers/scale";
import type { ScaleChoice } from "../../../state/state";
import { change, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useKnown } from "../../hooks/latest";
import { Answered } from "../../parts/answered";
import { Legend } from "../../pictures/legend";
import { type CellPaint, multiplesPaint } from "../../pictures/multiples_paint";
import type { Paint } from "../../pictures/paint";
import { ScaleSwitch } from "../../pictures/scale_switch";
import { MultipleCell } from "./multiple_cell";
import {
  type ColumnInSight,
  GAP,
  HEAD,
  type Multiples,
  NAMES,
  type RunInSight,
  runsInSight,
  tableOf,
  useWindow,
} from "./multiples_window";

/** A cell for each run and column; only those in sight are there. */
export function MultiplesGrid(multiples: Multiples) {
  const { runs, columns, kind, record } = multiples;
  const sight = useWindow(multiples);
  const { box, side, pitch, picked, down, onScroll } = sight;
  const rows = runsInSight(multiples, sight);
  const hint = useSignal<string | null>(null);
  useEffect(() => {
    viewState.multiples.value = tableOf(multiples, picked);
  });
  const loaded = rows.flatMap(({ answers }) =>
    answers.map(known).filter((multiple) => multiple !== undefined),
  );
  const apart = kind === "layers";
  const { scale, multiples: chosen } = state.value;
  const answer = multiplesScaling(loaded, scale, chosen.shares, apart);
  const scaling = useKnown(answer) ?? null;
  const paint = scaling && multiplesPaint(scaling, loaded, state.value);
  const first = loaded.find(({ tag }) => tag.layer === record.tag.layer) ?? loaded[0];
  const colours = runColours(known(runOrderOf(runs)) ?? []);
  return (
    <>
      <div class="tools">
        <span class="values" data-name="columns-shown">
          {`${picked.length} of ${columns.length} `}
          {columns.length === 1 ? kind.slice(0, -1) : kind} shown
          {picked.length < columns.length && ", evenly chosen"}
          {` · ${counted(runs.length, "run")}`}
        </span>
        <CellHint words={hint} />
      </div>
      <div
        class="scroll multiples"
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={`Runs × ${kind}`}
        onScroll={onScroll}
      >
        <div
          style={{
            width: `${NAMES + picked.length * pitch.x}px`,
            height: `${HEAD + runs.length * pitch.y}px`,
            position: "relative",
          }}
        >
          <ColumnHeads
            multiples={multiples}
            columns={sight.columns}
            width={side.width}
            loaded={loaded}
            scaling={scaling}
          />
          {rows.map((row, i) => (
            <RunRow
              key={row.run.run}
              multiples={multiples}
              columns={sight.columns}
              row={row}
              top={HEAD + (down.first + i) * pitch.y}
              height={pitch.y}
              side={side}
              isChosen={row.run === runs[sight.row]}
              colour={colours.get(row.run.run)}
              paint={paint}
              shares={scaling?.shares ?? "common"}
              hint={hint}
            />
          ))}
        </div>
      </div>
      <Answered of={answer} what="the scale" room="part">
        {(scalings) =>
          first && (
            <Scales
              scaling={scalings}
              paint={multiplesPaint(scalings, loaded, state.value)(first)}
              first={first}
              loaded={loaded}
              kind={kind}
            />
          )
        }
      </Answered>
    </>
  );
}

interface ScalesProps {
  scaling: MultiplesScaling;
  paint: Paint;
  /** The cell whose scale is told. */
  first: Multiple;
  loaded: readonly Multiple[];
  kind: Multiples["kind"];
}

/** Whose scale the cells have, and what it is. */
function Scales({ scaling, paint, first, loaded, kind }: ScalesProps) {
  const { scale, multiples } = state.value;
  const { of, shares, automatic, least } = scaling;
  const coverage = coverageOfCells(loaded, of);
  const choose = (share: typeof shares) =>
    change({ multiples: { ...multiples, shares: share === automatic ? "auto" : share } });
  const words =
    kind === "layers"
      ? { common: "each layer", cell: "each cell" }
      : { common: "common scale", row: "each row", cell: "each cell" };
  const fitting = { multiples: { ...multiples, shares: "auto" as const } };
  const scalingFor = (choice: ScaleChoice) =>
    andThen(multiplesScaling(loaded, choice, multiples.shares, kind === "layers"), (other) =>
      ready(other.of(first)),
    );
  return (
    <div class="legends">
      <ScaleSwitch
        label="Whose scale"
        words={words as { [share in typeof shares]: string }}
        now={shares}
        fixed={scale.mode === "fixed" ? "The ends are fixed for all" : null}
        least={least}
        choose={choose}
      />
      <Legend
        scaling={of(first)}
        paint={paint}
        coverage={coverage}
        misfit={
          shares === "common" && least
            ? { ...least, fitting }
            : misfitOf(of(first), coverage, scale, scalingFor)
        }
      />
    </div>
  );
}

function coverageOfCells(cells: readonly Multiple[], of: MultiplesScaling["of"]) {
  return together(
    cells.map((cell) => coverageOf([{ maps: cell.maps, channels: [cell.channel] }], of(cell))),
  );
}

/** The channel to look at in a run: the strongest may be another there, but what is seen stays. */
function channelKept({ record, channel }: Multiples, run: Run): number | null {
  return run.run === record.run.run ? state.value.a.channel : channel;
}

/** Look at a cell; without a feature map, at its run and column. */
function pick(multiples: Multiples, run: Run, column: Column, multiple: Multiple | null): void {
  select("a", {
    run: run.run,
    step: multiple?.address.step ?? column.step,
    ...(multiples.kind === "layers"
      ? { layer: column.layer, channel: multiple?.channel ?? null }
      : { channel: channelKept(multiples, run) }),
  });
}

interface ColumnHeadsProps {
  multiples: Multiples;
  columns: readonly ColumnInSight[];
  width: number;
  loaded: readonly Multiple[];
  scaling: MultiplesScaling | null;
}

/** The names of the columns. */
function ColumnHeads({ multiples, columns, width, loaded, scaling }: ColumnHeadsProps) {
  const { kind, record, at } = multiples;
  const titleOf = ({ layer }: Column) => {
    const cell = loaded.find(({ tag }) => tag.layer === layer);
    if (!cell || scaling?.shares !== "common") return layer;
    const limits = scaling.of(cell).limits(cell.channel);
    return `${layer}: colours from ${format(limits.low)} to ${format(limits.high)}`;
  };
  return (
    <div class="heads" style={{ height: `${HEAD}px` }}>
      {columns.map(({ column, index, x }) => (
        <button
          key={index}
          type="button"
          class="head link"
          aria-current={index === at}
          title={kind === "steps" ? `Step ${column.step}` : titleOf(column)}
          style={{ left: `${x}px`, width: `${width}px` }}
          onClick={() => pick(multiples, record.run, column, null)}
        >
          <span>
            <bdi>{kind === "steps" ? `step ${column.step}` : column.layer}</bdi>
          </span>
        </button>
      ))}
      <span class="corner quiet" style={{ width: `${NAMES}px` }}>
        run ↓ {kind} →
      </span>
    </div>
  );
}

interface RunRowProps {
  multiples: Multiples;
  columns: readonly ColumnInSight[];
  row: RunInSight;
  top: number;
  height: number;
  side: Size;
  /** Whether it is the run that is looked at. */
  isChosen: boolean;
  colour: RunColour | undefined;
  paint: CellPaint | null;
  shares: MultiplesScaling["shares"];
  hint: Signal<string | null>;
}

/** The cells of a run, behind its name. */
function RunRow({ multiples, columns, row, side, isChosen, ...props }: RunRowProps) {
  const { run, answers } = row;
  const { kind, at } = multiples;
  const { colour, paint, shares, hint } = props;
  const [first] = answers.map(known).filter((multiple) => multiple !== undefined);
  return (
    <div class="line" style={{ top: `${props.top}px`, height: `${props.height}px` }}>
      <button
        type="button"
        class="run"
        aria-current={isChosen}
        title={run.unreadable ?? `Look at run ${run.run}`}
        style={{ width: `${NAMES - GAP}px`, height: `${side.height}px` }}
        onClick={() =>
          select("a", {
            run: run.run,
            ...(kind === "steps" ? { channel: channelKept(multiples, run) } : {}),
          })
        }
      >
        <i style={colour ? { background: cssOf(colour) } : {}} />
        <span>
          {run.run}
          {shares === "row" && paint && first && (
            <small class="quiet values" title="What the colours of this row reach from and to">
              {endWords(paint(first).scale(first.channel))}
            </small>
          )}
        </span>
      </button>
      {answers.map((answer, i) => {
        const { column, index, x } = columns[i]!;
        return (
          <MultipleCell
            key={`${column.layer} ${column.step}`}
            answer={answer}
            run={run.run}
            column={column}
            named={kind === "layers"}
            paint={paint}
            ranged={shares === "cell"}
            side={side}
            left={x}
            current={isChosen && index === at}
            say={(words) => (hint.value = words)}
            pick={(multiple) => pick(multiples, run, column, multiple)}
          />
        );
      })}
    </div>
  );
}

/** What is under the cursor, in words, without drawing the cells anew. */
function CellHint({ words }: { words: Signal<string | null> }) {
  return (
    <output class="told values" data-name="told">
      {words.value ?? "Point at a cell; a click goes there."}
    </output>
  );
}
