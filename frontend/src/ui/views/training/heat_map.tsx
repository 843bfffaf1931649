import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Curve } from "../../../data/api";
import {
  keptRows,
  naturalLimits,
  numbersOf,
  type OrderedRows,
  rowOrdering,
  variesByStep,
} from "../../../data/heat_map";
import { andThen, ready } from "../../../data/queries";
import { present, type ShownRecord, shownRecord } from "../../../data/records";
import { curveOf } from "../../../data/resources";
import { misfitOf } from "../../../data/scale_fit";
import { matrixScaling } from "../../../data/scaling";
import { colouring } from "../../../drawing/colouring";
import { counted, format, percent } from "../../../drawing/legend";
import { curveMatrix, STATISTICS, type Statistic } from "../../../numbers/matrix";
import { matrixCoverage } from "../../../numbers/scale";
import { change, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { Answered } from "../../parts/answered";
import { OneStep } from "../../parts/one_step";
import { TwoPrecisions } from "../../parts/precision";
import { STATISTIC_NAMES } from "../../parts/sentence";
import { Title } from "../../parts/title";
import { Legend } from "../../pictures/legend";
import { MatrixCanvas } from "../../pictures/matrix";
import type { MatrixCell } from "../../pictures/matrix_painting";
import { paintOf } from "../../pictures/paint";
import { ScaleSwitch } from "../../pictures/scale_switch";

const SIDES = { width: [3, 48], height: [3, 22], gap: 0 } as const;

/** A number of each channel of a layer at each step that was kept. */
export function HeatMap() {
  const answer = andThen(shownRecord(present(state.value.a)), (record) =>
    andThen(curveOf(record.run.run, record.tag, record.number), (curve) =>
      ready({ record, curve }),
    ),
  );
  return (
    <Answered of={answer} what="the statistics of the channels">
      {(recordAndCurve) => <ChannelHeatMap {...recordAndCurve} />}
    </Answered>
  );
}

interface RecordAndCurve {
  record: ShownRecord;
  curve: Curve;
}

/** What the heat map shows, and `reorder`, which orders its rows anew at this step. */
function useHeatMap({ record, curve }: RecordAndCurve) {
  const chosen = state.value;
  const { statistic } = chosen.training;
  const [, redraw] = useState({});
  const kept = useRef<OrderedRows | null>(null);
  const ordered = keptRows(kept.current, record, rowOrdering(record, chosen), chosen);
  kept.current = ordered;
  const order = useMemo(() => ordered.channels, [ordered.channels.join()]);
  const lists = useMemo(
    () => numbersOf(curve, statistic, record.input.name),
    [curve, statistic, record.input.name],
  );
  const matrix = useMemo(() => curveMatrix(lists, order), [lists, order]);
  const natural = naturalLimits(statistic);
  const scaling = useMemo(
    () => matrixScaling(matrix, chosen.scale, natural),
    [matrix, chosen.scale, natural],
  );
  const coverage = useMemo(() => matrixCoverage(matrix, scaling.limits), [matrix, scaling]);
  useEffect(() => {
    viewState.channelOrder.value = order;
    viewState.heatMapRows.value = ordered;
  });
  const reorder = () => {
    kept.current = null;
    redraw({});
  };
  return { order, orderedAt: ordered.step, lists, matrix, scaling, coverage, reorder };
}

type HeatMapContent = ReturnType<typeof useHeatMap>;

function ChannelHeatMap({ record, curve }: RecordAndCurve) {
  const chosen = state.value;
  const { statistic } = chosen.training;
  const [under, setUnder] = useState<MatrixCell | null>(null);
  const content = useHeatMap({ record, curve });
  const { order, matrix, scaling, coverage } = content;
  const paint = paintOf(scaling, chosen);
  const at = {
    row: indexIn(order, chosen.a.channel ?? -1),
    column: indexIn(curve.steps, record.address.step),
  };
  const shared = scaling.shared ? colouring(paint.scale(0), paint.table) : null;
  return (
    <section class="heat" aria-label="Channels over training">
      <Title record={record} input={record.input.name} />
      <HeatMapTools {...{ record, curve, content }} cell={under ?? at} />
      <TwoPrecisions
        input={record.input}
        ofStored="The list of strongest channels is"
        ofComputed="The numbers here are"
      />
      <OneStep />
      <MatrixCanvas
        matrix={matrix}
        sides={SIDES}
        rowName={(row) => String(order[row])}
        columnName={(column) => String(curve.steps[column])}
        axes={{ rows: "channel", columns: "step" }}
        colour={(row) => shared ?? colouring(paint.scale(row), paint.table)}
        chosen={at}
        label={`${STATISTIC_NAMES[statistic]} of the channels of ${record.header.layer.path} at each step`}
        point={setUnder}
        pick={({ row, column }) =>
          select("a", {
            channel: row === null ? chosen.a.channel : (order[row] ?? null),
            ...(column === null ? {} : { step: curve.steps[column] ?? null }),
          })
        }
      />
      <div class="legends">
        {naturalLimits(statistic) === null && <SpreadSwitch />}
        <Legend
          scaling={scaling}
          paint={paint}
          coverage={coverage}
          misfit={misfitOf(scaling, coverage, chosen.scale, (choice) =>
            ready(matrixScaling(matrix, choice, naturalLimits(statistic))),
          )}
        />
      </div>
    </section>
  );
}

/** How the scale deals with values that are far from the others, and the choices that mean it. */
const SPREADS = {
  robust: { mode: "auto", log: false },
  all: { mode: "layer", log: false },
  log: { mode: "auto", log: true },
} as const;
const SPREAD_WORDS = { robust: "without outliers", all: "all values", log: "logarithmic" };

/** Whether outliers may darken all the rest. */
function SpreadSwitch() {
  const { scale } = state.value;
  const now = (Object.keys(SPREADS) as (keyof typeof SPREADS)[]).find(
    (name) => SPREADS[name].mode === scale.mode && SPREADS[name].log === scale.log,
  );
  return (
    <ScaleSwitch
      label="Outliers"
      words={SPREAD_WORDS}
      now={now ?? null}
      choose={(name) => change({ scale: { ...scale, ...SPREADS[name] } })}
    />
  );
}

interface HeatMapToolsProps extends RecordAndCurve {
  content: HeatMapContent;
  /** The cell that is said in words. */
  cell: MatrixCell;
}

/** Which number is shown, in what order, and how much of it there is. */
function HeatMapTools({ record, curve, content, cell }: HeatMapToolsProps) {
  const chosen = state.value;
  const { statistic, rows } = chosen.training;
  const { order, orderedAt, lists, reorder } = content;
  const set = (part: Partial<typeof chosen.training>) =>
    change({ training: { ...chosen.training, ...part } });
  const empty = lists.filter((list) => list === null).length;
  const channels = counted(record.maps.channels, "channel");
  const steps = counted(curve.steps.length, "step");
  return (
    <div class="tools">
      <label>
        Channels × steps:
        <select
          aria-label="Number of each channel"
          value={statistic}
          onChange={(event) => set({ statistic: event.currentTarget.value as Statistic })}
        >
          {STATISTICS.map((name) => (
            <option key={name} value={name}>
              {STATISTIC_NAMES[name]}
            </option>
          ))}
        </select>
      </label>
      <span class="switch" role="group" aria-label="Order of channels">
        {(["order", "number"] as const).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={rows === name}
            onClick={() => set({ rows: name })}
          >
            {name === "order" ? "as in the grid" : "by number"}
          </button>
        ))}
      </span>
      {variesByStep(chosen) && (
        <OrderNote at={orderedAt} now={record.address.step} reorder={reorder} />
      )}
      <span class="quiet values" data-name="count">
        {`${order.length} of ${channels} × ${steps} kept`}
        {empty > 0 && `; hatched: ${counted(empty, "step")} without these numbers`}
      </span>
      <output class="told values" data-name="told">
        {cellWords(cell, order, curve, lists, statistic)}
      </output>
    </div>
  );
}

/** At which step the rows were ordered, and the way to do it at the one looked at. */
function OrderNote({ at, now, reorder }: { at: number; now: number; reorder: () => void }) {
  return (
    <span class="values" data-name="ordered">
      <span class="quiet">ordered at step {at}</span>
      {at !== now && (
        <>
          {" "}
          <button
            type="button"
            title={`Order the rows as they are at step ${now}`}
            onClick={reorder}
          >
            order at step {now}
          </button>
        </>
      )}
    </span>
  );
}

function indexIn(list: readonly number[], wanted: number): number | null {
  const at = list.indexOf(wanted);
  return at < 0 ? null : at;
}

/** What a cell holds, in words. */
function cellWords(
  { row, column }: MatrixCell,
  order: readonly number[],
  curve: Curve,
  lists: readonly (readonly (number | null)[] | null)[],
  statistic: Statistic,
): string {
  if (row === null || column === null) return "Point at a cell; a click goes there.";
  const channel = order[row] ?? 0;
  const where = `channel ${channel} · step ${curve.steps[column]} · ${STATISTIC_NAMES[statistic]}`;
  const list = lists[column];
  if (!list) return `${where}: ${curve.unreadable[column] ?? "not logged at this step"}`;
  const value = list[channel];
  if (value === undefined) return `${where}: no such channel at this step`;
  if (value === null) return `${where}: no finite value`;
  return `${where}: ${statistic === "zero_share" ? percent(value) : format(value)}`;
}
