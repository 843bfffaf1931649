import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Curve } from "../../../data/api";
import { orderingOf } from "../../../data/channels";
import {
  keptRows,
  naturalLimits,
  numbersOf,
  type OrderedRows,
  variesByStep,
} from "../../../data/heat_map";
import { andThen, ready } from "../../../data/queries";
import { present, type Shown, shown } from "../../../data/records";
import { curveOf } from "../../../data/resources";
import { matrixScaling } from "../../../data/scaling";
import { colouring } from "../../../drawing/colouring";
import { counted, format, percent } from "../../../drawing/legend";
import { curveMatrix, STATISTICS, type Statistic } from "../../../numbers/matrix";
import { matrixCoverage } from "../../../numbers/scale";
import { change, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useSteady } from "../../hooks/latest";
import { Failed } from "../../parts/status";
import { Title } from "../../parts/title";
import { Legend } from "../../pictures/legend";
import { MatrixCanvas } from "../../pictures/matrix";
import type { Cell } from "../../pictures/matrix_painting";
import { paintOf } from "../../pictures/paint";

const NAMES: { [statistic in Statistic]: string } = {
  maximum: "maximum",
  mean: "mean",
  minimum: "minimum",
  zero_share: "share of zeros",
};
const SIDES = { width: [3, 48], height: [3, 22], gap: 0 } as const;

/** A number of each channel of a layer at each step that was kept. */
export function HeatMap() {
  const steady = useSteady(
    andThen(shown(present(state.value.a)), (one) =>
      andThen(curveOf(one.run.run, one.tag, one.number), (curve) => ready({ one, curve })),
    ),
  );
  if (steady.reason !== null) return <Failed reason={steady.reason} />;
  if (!steady.value) return <section class="heat" />;
  return <Contents {...steady.value} />;
}

function Contents({ one, curve }: { one: Shown; curve: Curve }) {
  const chosen = state.value;
  const { statistic, rows } = chosen.training;
  const [under, setUnder] = useState<Cell | null>(null);
  const [, redraw] = useState({});
  const ordering = orderingOf(one, chosen);
  const { channels } = one.maps;
  const kept = useRef<OrderedRows | null>(null);
  const ordered = keptRows(kept.current, one, ordering, chosen);
  kept.current = ordered;
  const key = ordered.channels.join();
  const order = useMemo(() => ordered.channels, [key]);
  const lists = useMemo(
    () => numbersOf(curve, statistic, one.input.name),
    [curve, statistic, one.input.name],
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
  const paint = paintOf(scaling, chosen);
  const at = {
    row: find(order, chosen.a.channel ?? -1),
    column: find(curve.steps, one.place.step),
  };
  const told = under ?? at;
  const set = (part: Partial<typeof chosen.training>) =>
    change({ training: { ...chosen.training, ...part } });
  const empty = lists.filter((list) => list === null).length;
  const shared = scaling.shared ? colouring(paint.scale(0), paint.table) : null;
  return (
    <section class="heat" aria-label="Channels over training">
      <Title record={one} input={one.input.name} />
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
                {NAMES[name]}
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
          <Ordered
            at={ordered.step}
            now={one.place.step}
            anew={() => {
              kept.current = null;
              redraw({});
            }}
          />
        )}
        <span class="quiet values" data-name="count">
          {`${order.length} of ${counted(channels, "channel")} × ${counted(curve.steps.length, "step")} kept`}
          {empty > 0 && `, ${empty} of them without numbers (hatched)`}
        </span>
        <output class="told values" data-name="told">
          {words(told, order, curve, lists, statistic)}
        </output>
      </div>
      <MatrixCanvas
        matrix={matrix}
        sides={SIDES}
        rowName={(row) => String(order[row])}
        columnName={(column) => String(curve.steps[column])}
        axes={{ rows: "channel", columns: "step" }}
        colour={(row) => shared ?? colouring(paint.scale(row), paint.table)}
        chosen={at}
        label={`${NAMES[statistic]} of the channels of ${one.header.layer.path} at each step`}
        point={setUnder}
        pick={({ row, column }) =>
          select("a", {
            channel: row === null ? chosen.a.channel : (order[row] ?? null),
            ...(column === null ? {} : { step: curve.steps[column] ?? null }),
          })
        }
      />
      <Legend scaling={scaling} paint={paint} coverage={coverage} />
    </section>
  );
}

/** Says at which step the rows were ordered, and offers to do it at the one looked at. */
function Ordered({ at, now, anew }: { at: number; now: number; anew: () => void }) {
  return (
    <span class="values" data-name="ordered">
      <span class="quiet">ordered at step {at}</span>
      {at !== now && (
        <>
          {" "}
          <button
            type="button"
            title={`Order the rows as they are at step ${now}`}
            onClick={anew}
          >
            order at step {now}
          </button>
        </>
      )}
    </span>
  );
}

function find(list: readonly number[], wanted: number): number | null {
  const at = list.indexOf(wanted);
  return at < 0 ? null : at;
}

/** Say what is under the cursor, or else what is chosen. */
function words(
  { row, column }: Cell,
  order: readonly number[],
  curve: Curve,
  lists: readonly (readonly (number | null)[] | null)[],
  statistic: Statistic,
): string {
  if (row === null || column === null) return "Point at a cell; a click goes there.";
  const channel = order[row] ?? 0;
  const place = `channel ${channel} · step ${curve.steps[column]} · ${NAMES[statistic]}`;
  const list = lists[column];
  if (!list) return `${place}: ${curve.unreadable[column] ?? "not stated in this record"}`;
  const value = list[channel];
  if (value === undefined) return `${place}: no such channel at this step`;
  if (value === null) return `${place}: nothing is finite`;
  return `${place}: ${statistic === "zero_share" ? percent(value) : format(value)}`;
}
