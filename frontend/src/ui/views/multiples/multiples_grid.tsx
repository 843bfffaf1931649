import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Run } from "../../../data/api";
import { type Column, type Multiple, multiplesScaling } from "../../../data/multiples";
import { runOrderOf } from "../../../data/resources";
import { coverageOf, type Scaling } from "../../../data/scaling";
import { cssOf, type RunColour, runColours } from "../../../drawing/colours";
import { counted, format } from "../../../drawing/legend";
import type { Size } from "../../../numbers/layout";
import { formOf, mapSize } from "../../../numbers/map_form";
import { together } from "../../../numbers/scale";
import { select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useLatest } from "../../hooks/latest";
import { Failed } from "../../parts/status";
import { Legend } from "../../pictures/legend";
import { type Paint, paintOf } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";
import { MultipleCell } from "./multiple_cell";
import {
  type ColumnInSight,
  GAP,
  HEAD,
  type Multiples,
  NAMES,
  type RunInSight,
  runsInSight,
  useWindow,
} from "./multiples_window";

/** A cell for each run and column; only those in sight are there. */
export function MultiplesGrid(multiples: Multiples) {
  const { runs, columns, kind, record, input } = multiples;
  const sight = useWindow(multiples);
  const { box, side, pitch, picked, down, onScroll } = sight;
  const rows = runsInSight(multiples, sight);
  const hint = useSignal<string | null>(null);
  useEffect(() => {
    viewState.multiplesInSight.value = {
      cells: rows.flatMap(({ run, answers }) =>
        answers.map((answer) => ({ run: run.run, answer })),
      ),
      columns: sight.columns.length,
    };
  });
  const loaded = rows.flatMap(({ answers }) =>
    answers.flatMap((answer) => (answer.state === "ready" ? [answer.value] : [])),
  );
  const scaling = useLatest(multiplesScaling(loaded, state.value.scale, kind === "layers"));
  if (scaling.reason !== null) return <Failed reason={scaling.reason} />;
  const paint = paintsOf(scaling.value);
  const own = paint(record.tag.layer);
  const form = formOf(record.header.layer, input.shape);
  const legend = own && paintAs(mapSize(form, input.packed.shape), own);
  const order = runOrderOf(runs);
  const colours = runColours(order.state === "ready" ? order.value : []);
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
            scaling={scaling.value}
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
              hint={hint}
            />
          ))}
        </div>
      </div>
      {scaling.value && legend && (
        <Legend
          scaling={scaling.value(record.tag.layer)}
          paint={legend}
          coverage={coverageOfCells(loaded, scaling.value)}
        />
      )}
    </>
  );
}

/** A scale for each layer. */
type Scalings = (layer: string) => Scaling;

/** How the cells of each layer are painted: the same for all of them. */
function paintsOf(scaling: Scalings | null): (layer: string) => Paint | null {
  const paints = new Map<string, Paint>();
  return (layer) => {
    if (!scaling) return null;
    const paint = paints.get(layer) ?? paintOf(scaling(layer), state.value);
    paints.set(layer, paint);
    return paint;
  };
}

function coverageOfCells(cells: readonly Multiple[], scaling: Scalings) {
  return together(
    cells.map(({ maps, channel, tag }) =>
      coverageOf([{ maps, channels: [channel] }], scaling(tag.layer)),
    ),
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
  scaling: Scalings | null;
}

/** The names of the columns. */
function ColumnHeads({ multiples, columns, width, loaded, scaling }: ColumnHeadsProps) {
  const { kind, record, at } = multiples;
  const titleOf = ({ layer }: Column) => {
    const isLoaded = loaded.some(({ tag }) => tag.layer === layer);
    const limits = isLoaded && scaling?.(layer).limits(0);
    if (!limits) return layer;
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
  paint: (layer: string) => Paint | null;
  hint: Signal<string | null>;
}

/** The cells of a run, behind its name. */
function RunRow({ multiples, columns, row, side, isChosen, ...props }: RunRowProps) {
  const { run, answers } = row;
  const { kind, at } = multiples;
  const { colour, paint, hint } = props;
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
        <span>{run.run}</span>
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
            paint={paint(column.layer)}
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
