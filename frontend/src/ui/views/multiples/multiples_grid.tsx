import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import {
  type Column,
  type Multiple,
  type MultiplesScaling,
  multiplesScaling,
  type Row,
} from "../../../data/multiples";
import { andThen, known, ready } from "../../../data/queries";
import { runOrderOf } from "../../../data/resources";
import { misfitOf } from "../../../data/scale_fit";
import { coverageOf } from "../../../data/scaling";
import { cssOf, type RunColour, runColours } from "../../../drawing/colours";
import { counted, endWords, format } from "../../../drawing/legend";
import type { Size } from "../../../numbers/layout";
import { cutNames, type NamePart } from "../../../numbers/names";
import { together } from "../../../numbers/scale";
import type { MultiplesRows, ScaleChoice } from "../../../state/state";
import { change, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useKnown } from "../../hooks/latest";
import { Answered } from "../../parts/answered";
import { CutName } from "../../parts/cut_name";
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
  type RowInSight,
  rowsInSight,
  tableOf,
  useWindow,
} from "./multiples_window";

/** A cell for each row and column; only those in sight are there. */
export function MultiplesGrid(multiples: Multiples) {
  const { rows: all, rowKind, columns, kind, record } = multiples;
  const sight = useWindow(multiples);
  const { box, side, pitch, picked, onScroll } = sight;
  const rows = rowsInSight(multiples, sight);
  const hint = useSignal<string | null>(null);
  useEffect(() => {
    viewState.multiples.value = tableOf(multiples, picked);
  });
  const loaded = rows.flatMap(({ answers }) =>
    answers.map(known).filter((multiple) => multiple !== undefined),
  );
  const apart = kind === "layers";
  const { scale, multiples: chosen } = state.value;
  const answer = multiplesScaling(loaded, scale, chosen.shares, apart, rowKind);
  const scaling = useKnown(answer) ?? null;
  const paint = scaling && multiplesPaint(scaling, loaded, state.value);
  const first = loaded.find(({ tag }) => tag.layer === record.tag.layer) ?? loaded[0];
  const colours = runColours(known(runOrderOf(all.map(({ run }) => run))) ?? []);
  const names = all.map(({ name }) => name);
  const cut = useMemo(() => cutNames(names), [names.join("\n")]);
  return (
    <>
      <div class="tools">
        <span class="values" data-name="columns-shown">
          {`${picked.length} of ${columns.length} `}
          {columns.length === 1 ? kind.slice(0, -1) : kind} shown
          {picked.length < columns.length && ", evenly chosen"}
          {` · ${counted(all.length, ROW_NAME[rowKind])}`}
        </span>
        <CellHint words={hint} />
      </div>
      <div
        class="scroll multiples"
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={`${ROW_NAME[rowKind]}s × ${kind}`}
        onScroll={onScroll}
      >
        <div
          style={{
            width: `${NAMES + picked.length * pitch.x}px`,
            height: `${HEAD + sight.height}px`,
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
          {rows.map((row) => (
            <CellRow
              key={JSON.stringify([row.row.run.run, row.row.name])}
              multiples={multiples}
              columns={sight.columns}
              row={row}
              side={side}
              isChosen={row.row === all[sight.row]}
              parts={cut.get(row.row.name)}
              colour={rowKind === "runs" ? colours.get(row.row.run.run) : undefined}
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
              rowKind={rowKind}
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
  rowKind: Multiples["rowKind"];
}

/** Whose scale the cells have, and what it is. */
function Scales({ scaling, paint, first, loaded, kind, rowKind }: ScalesProps) {
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
    andThen(
      multiplesScaling(loaded, choice, multiples.shares, kind === "layers", rowKind),
      (other) => ready(other.of(first)),
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

/** The channel to look at in a row: the strongest may be another there, but what is seen stays. */
function channelKept({ record, channel, input }: Multiples, row: Row): number | null {
  if (row.channel !== null) return row.channel;
  const isHere = row.run.run === record.run.run && row.input === input.name;
  return isHere ? state.value.a.channel : channel;
}

/** Look at what a row shows. */
function pickRow(multiples: Multiples, row: Row): void {
  select("a", {
    run: row.run.run,
    ...(multiples.rowKind === "inputs" ? { input: row.input } : {}),
    ...(multiples.kind === "steps" ? { channel: channelKept(multiples, row) } : {}),
  });
}

/** Look at a cell; without a feature map, at its row and column. */
function pick(multiples: Multiples, row: Row, column: Column, multiple: Multiple | null): void {
  select("a", {
    run: row.run.run,
    ...(multiples.rowKind === "inputs" ? { input: row.input } : {}),
    step: multiple?.address.step ?? column.step,
    ...(multiples.kind === "layers"
      ? { layer: column.layer, channel: multiple?.channel ?? null }
      : { channel: channelKept(multiples, row) }),
  });
}

/** Look at a column, in the row that is looked at. */
function pickColumn({ kind, record }: Multiples, { layer, step }: Column): void {
  select("a", {
    run: record.run.run,
    step,
    ...(kind === "layers" ? { layer, channel: null } : {}),
  });
}

/** What a row is. */
const ROW_NAME: { [rows in MultiplesRows]: string } = {
  runs: "run",
  inputs: "input",
  channels: "pinned channel",
};

interface ColumnHeadsProps {
  multiples: Multiples;
  columns: readonly ColumnInSight[];
  width: number;
  loaded: readonly Multiple[];
  scaling: MultiplesScaling | null;
}

/** The names of the columns. */
function ColumnHeads({ multiples, columns, width, loaded, scaling }: ColumnHeadsProps) {
  const { kind, rowKind, at } = multiples;
  const layers = kind === "layers" ? multiples.columns.map(({ layer }) => layer) : [];
  const cut = useMemo(() => cutNames(layers), [layers.join("\n")]);
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
          onClick={() => pickColumn(multiples, column)}
        >
          {kind === "steps" ? (
            `step ${column.step}`
          ) : (
            <CutName name={column.layer} parts={cut.get(column.layer)} />
          )}
        </button>
      ))}
      <span class="corner quiet" style={{ width: `${NAMES}px` }}>
        {rowKind === "channels" ? "channel" : ROW_NAME[rowKind]} ↓ {kind} →
      </span>
    </div>
  );
}

interface CellRowProps {
  multiples: Multiples;
  columns: readonly ColumnInSight[];
  row: RowInSight;
  side: Size;
  /** Whether it is the row that is looked at. */
  isChosen: boolean;
  /** What of its name is kept where there is little room. */
  parts: readonly NamePart[] | undefined;
  colour: RunColour | undefined;
  paint: CellPaint | null;
  shares: MultiplesScaling["shares"];
  hint: Signal<string | null>;
}

/** The cells of a row behind its name, or why there are none. */
function CellRow({ multiples, columns, row: placed, side, isChosen, ...props }: CellRowProps) {
  const { row, answers, top, height } = placed;
  const { kind, rowKind, at } = multiples;
  const { colour, paint, shares, hint } = props;
  const [first] = answers.map(known).filter((multiple) => multiple !== undefined);
  const high = row.missing === null ? side.height : height - GAP;
  return (
    <div class="line" style={{ top: `${HEAD + top}px`, height: `${height}px` }}>
      <button
        type="button"
        class="run"
        aria-current={isChosen}
        title={
          row.missing ??
          `Look at ${rowKind === "channels" ? "" : `${ROW_NAME[rowKind]} `}${row.name}`
        }
        style={{ width: `${NAMES - GAP}px`, height: `${high}px` }}
        onClick={() => pickRow(multiples, row)}
      >
        {rowKind === "runs" && <i style={colour ? { background: cssOf(colour) } : {}} />}
        <span>
          <CutName name={row.name} parts={props.parts} />
          {shares === "row" && paint && first && (
            <small class="quiet values" title="What the colours of this row reach from and to">
              {endWords(paint(first).scale(first.channel))}
            </small>
          )}
        </span>
      </button>
      {row.missing !== null ? (
        <span class="missing quiet" style={{ left: `${NAMES}px`, lineHeight: `${high}px` }}>
          {row.missing}
        </span>
      ) : (
        answers.map((answer, i) => {
          const { column, index, x } = columns[i]!;
          return (
            <MultipleCell
              key={`${column.layer} ${column.step}`}
              answer={answer}
              row={
                rowKind === "runs"
                  ? `run ${row.name}`
                  : rowKind === "inputs"
                    ? `input ${row.name}`
                    : null
              }
              column={column}
              named={kind === "layers"}
              paint={paint}
              ranged={shares === "cell"}
              side={side}
              left={x}
              current={isChosen && index === at}
              say={(words) => (hint.value = words)}
              pick={(multiple) => pick(multiples, row, column, multiple)}
            />
          );
        })
      )}
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
