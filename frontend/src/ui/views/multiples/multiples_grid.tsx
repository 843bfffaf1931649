import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { InputHeader, Run } from "../../../data/api";
import {
  type Column,
  type Multiple,
  multipleOf,
  multiplesScaling,
  strongestAt,
} from "../../../data/multiples";
import { type Answer, andThen, ready } from "../../../data/queries";
import type { Record } from "../../../data/records";
import { runOrderOf } from "../../../data/resources";
import { coverageOf } from "../../../data/scaling";
import { cssOf, runColours } from "../../../drawing/colours";
import { format } from "../../../drawing/legend";
import { cellSides, chooseColumns, inSight } from "../../../numbers/row_layout";
import { together } from "../../../numbers/scale";
import { select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useSteady } from "../../hooks/latest";
import { useSize } from "../../hooks/size";
import { Failed } from "../../parts/status";
import { Legend } from "../../pictures/legend";
import { type Paint, paintOf } from "../../pictures/paint";
import { MultipleCell } from "./multiple_cell";

/** Room for the names of runs and of columns, between cells, and for what is below one. */
const [NAMES, HEAD, GAP, BELOW] = [148, 22, 6, 14];

interface Props {
  runs: readonly Run[];
  columns: readonly Column[];
  /** Which column is looked at. */
  at: number | null;
  kind: "steps" | "layers";
  /** Whether all columns are shown, not only as many as fit. */
  all: boolean;
  record: Record;
  input: InputHeader;
  channel: number;
}

/** A cell for each run and column; only those in sight are asked for. */
export function MultiplesGrid(props: Props) {
  const { runs, columns, at, kind, record, input } = props;
  const chosen = state.value;
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  // Counted in cells, so that nothing is done for scrolling less than one.
  const [left, setLeft] = useState(0);
  const [top, setTop] = useState(0);
  const told = useSignal<string | null>(null);
  const [mapHeight, mapWidth] = input.packed.shape;
  const room = Math.max(1, size.width - NAMES);
  // Maps of other layers have other sides: a square has room for all.
  const map = { width: kind === "layers" ? mapHeight : mapWidth, height: mapHeight };
  const side = cellSides(map, columns.length, room - columns.length * GAP, chosen.zoom);
  const pitch = { x: side.width + GAP, y: side.height + BELOW + GAP };
  const fitting = Math.floor((room + GAP) / pitch.x);
  const picked = chooseColumns(columns.length, props.all ? Infinity : fitting, at);
  const row = runs.findIndex((run) => run.run === record.run.run);
  useEffect(() => {
    const scroll = box.current;
    if (!scroll || !size.height) return;
    const into = (now: number, start: number, length: number, sight: number) =>
      Math.max(Math.min(now, start), start + length - sight);
    if (row >= 0) {
      scroll.scrollTop = into(scroll.scrollTop, row * pitch.y, pitch.y, size.height - HEAD);
    }
    const place = at === null ? -1 : picked.indexOf(at);
    if (place >= 0) scroll.scrollLeft = into(scroll.scrollLeft, place * pitch.x, pitch.x, room);
  }, [row, at, pitch.x, pitch.y, size.height, room]);
  const down = inSight(runs.length, 1, top, 1 + size.height / pitch.y);
  const across = inSight(picked.length, 1, left, 1 + room / pitch.x);
  const sight = picked.slice(across.first, across.end).map((i, place) => {
    const column = columns[i]!;
    const x = NAMES + (across.first + place) * pitch.x;
    return { column, i, x, channel: channelIn(column) };
  });
  const rows = size.height ? runs.slice(down.first, down.end) : [];
  const cells = rows.map((run) => ({
    run,
    answers: sight.map(({ column, channel }) =>
      andThen<number, Multiple>(channel, (number) =>
        multipleOf(run, column, number, input.name, record, chosen.align),
      ),
    ),
  }));
  function channelIn(column: Column): Answer<number> {
    const own = column.layer === record.tag.layer;
    if (kind === "steps" || (own && chosen.a.channel !== null)) {
      return ready(props.channel);
    }
    return strongestAt(record.run, column, input.name);
  }
  useEffect(() => {
    viewState.multiplesInSight.value = {
      cells: cells.flatMap(({ run, answers }) =>
        answers.map((answer) => ({ run: run.run, answer })),
      ),
      columns: sight.length,
    };
  });
  const loaded = cells.flatMap(({ answers }) =>
    answers.flatMap((answer) => (answer.state === "ready" ? [answer.value] : [])),
  );
  const scaling = useSteady(multiplesScaling(loaded, chosen.scale, kind === "layers"));
  if (scaling.reason !== null) return <Failed reason={scaling.reason} />;
  const paints = new Map<string, Paint>();
  const paint = (layer: string): Paint | null => {
    if (!scaling.value) return null;
    const known = paints.get(layer) ?? paintOf(scaling.value(layer), chosen);
    paints.set(layer, known);
    return known;
  };
  const order = runOrderOf(runs);
  const colours = runColours(order.state === "ready" ? order.value : []);
  // In another run another channel is the strongest: what is seen stays.
  const kept = (run: Run) => (run.run === record.run.run ? chosen.a.channel : props.channel);
  const pick = (run: Run, column: Column, one: Multiple | null) =>
    select("a", {
      run: run.run,
      step: one?.place.step ?? column.step,
      ...(kind === "layers"
        ? { layer: column.layer, channel: one?.channel ?? null }
        : { channel: kept(run) }),
    });
  const headTitle = ({ layer }: Column) => {
    const known = loaded.some(({ tag }) => tag.layer === layer);
    const found = known && scaling.value?.(layer).limits(0);
    if (!found) return layer;
    return `${layer}: colours from ${format(found.low)} to ${format(found.high)}`;
  };
  const legend = paint(record.tag.layer);
  const covered = loaded.flatMap(({ maps, channel, tag }) => {
    const own = scaling.value?.(tag.layer);
    return own ? [coverageOf([{ maps, channels: [channel] }], own)] : [];
  });
  return (
    <>
      <div class="tools">
        <span class="values" data-name="columns-shown">
          {`${picked.length} of ${columns.length} `}
          {columns.length === 1 ? kind.slice(0, -1) : kind} shown
          {picked.length < columns.length && ", evenly chosen"}
          {` · ${runs.length} ${runs.length === 1 ? "run" : "runs"}`}
        </span>
        <Told words={told} />
      </div>
      <div
        class="scroll multiples"
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={`Runs × ${kind}`}
        onScroll={({ currentTarget: { scrollLeft, scrollTop } }) => {
          setLeft(Math.floor(scrollLeft / pitch.x));
          setTop(Math.floor(scrollTop / pitch.y));
        }}
      >
        <div
          style={{
            width: `${NAMES + picked.length * pitch.x}px`,
            height: `${HEAD + runs.length * pitch.y}px`,
            position: "relative",
          }}
        >
          <div class="heads" style={{ height: `${HEAD}px` }}>
            {sight.map(({ column, i, x }) => (
              <button
                key={i}
                type="button"
                class="head link"
                aria-current={i === at}
                title={kind === "steps" ? `Step ${column.step}` : headTitle(column)}
                style={{ left: `${x}px`, width: `${side.width}px` }}
                onClick={() => pick(record.run, column, null)}
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
          {cells.map(({ run, answers }, i) => {
            const colour = colours.get(run.run);
            return (
              <div
                key={run.run}
                class="line"
                style={{
                  top: `${HEAD + (down.first + i) * pitch.y}px`,
                  height: `${pitch.y}px`,
                }}
              >
                <button
                  type="button"
                  class="run"
                  aria-current={run === runs[row]}
                  title={run.unreadable ?? `Look at run ${run.run}`}
                  style={{ width: `${NAMES - GAP}px`, height: `${side.height}px` }}
                  onClick={() =>
                    select("a", {
                      run: run.run,
                      ...(kind === "steps" ? { channel: kept(run) } : {}),
                    })
                  }
                >
                  <i style={colour ? { background: cssOf(colour) } : {}} />
                  <span>{run.run}</span>
                </button>
                {answers.map((answer, place) => {
                  const { column, i: index, x } = sight[place]!;
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
                      current={run === runs[row] && index === at}
                      tell={(words) => (told.value = words)}
                      pick={(one) => pick(run, column, one)}
                    />
                  );
                })}
              </div>
            );
          })}
        </div>
      </div>
      {scaling.value && legend && (
        <Legend
          scaling={scaling.value(record.tag.layer)}
          paint={legend}
          coverage={together(covered)}
        />
      )}
    </>
  );
}

/** Says what is under the cursor, without drawing the cells anew. */
function Told({ words }: { words: Signal<string | null> }) {
  return (
    <output class="told values" data-name="told">
      {words.value ?? "Point at a cell; a click goes there."}
    </output>
  );
}
