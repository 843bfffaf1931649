import { useMemo, useState } from "preact/hooks";
import type { Health, Run } from "../../../data/api";
import { andThen, ready } from "../../../data/queries";
import { chosenRecord, chosenRun, present } from "../../../data/records";
import { healthOf } from "../../../data/resources";
import { layersOf } from "../../../data/runs";
import { counted, format, percent } from "../../../drawing/legend";
import {
  firstKind,
  HEALTH_KINDS,
  type HealthKind,
  type HealthTable,
  healthMatrix,
  healthTable,
  isBroken,
} from "../../../numbers/health";
import { matching } from "../../../numbers/tree";
import { change, select, state } from "../../../state/store";
import { useKnown } from "../../hooks/latest";
import { Answered } from "../../parts/answered";
import { LAYERS_SENTENCE } from "../../parts/sentence";
import { HEALTH_NAMES, healthDrawnAs, healthMeaning } from "../../pictures/health_painting";
import { Legend } from "../../pictures/legend";
import { MatrixCanvas } from "../../pictures/matrix";
import type { MatrixCell } from "../../pictures/matrix_painting";
import "./health_strip.css";

const SIDES = { width: [3, 48], height: [15, 15], gap: 1 } as const;

/** How each layer of a run fares at each step. */
export function HealthStrip() {
  const answer = andThen(chosenRun(present(state.value.a)), (run) =>
    andThen(healthOf(run), (health) => ready({ run, health })),
  );
  return (
    <Answered of={answer} what="the statistics of the layers">
      {(runAndHealth) => <LayerHealth {...runAndHealth} />}
    </Answered>
  );
}

function LayerHealth({ run, health }: { run: Run; health: Health }) {
  const chosen = state.value;
  const [under, setUnder] = useState<MatrixCell | null>(null);
  const record = useKnown(chosenRecord(present(chosen.a)));
  const all = layersOf(run);
  const layers = useMemo(
    () => matching(all, chosen.layers).tags.map((tag) => tag.layer),
    [run, chosen.layers],
  );
  const table = useMemo(() => healthTable(layers, health.layers), [layers, health]);
  const { health: choice } = chosen.training;
  const kind = choice === "auto" ? firstKind(table) : choice;
  const matrix = useMemo(() => healthMatrix(table, kind), [table, kind]);
  const { paint, coverage, colour } = useMemo(
    () => healthDrawnAs(matrix, kind),
    [matrix, kind],
  );
  const { steps, notLogged } = table;
  const row = layers.indexOf(record?.header.layer.path ?? "");
  const step = record?.address.step;
  const at = {
    row: row < 0 ? null : row,
    column:
      step === undefined || !steps.length
        ? null
        : Math.max(
            0,
            steps.findLastIndex((other) => other <= step),
          ),
  };
  return (
    <section class="strip" aria-label="Health of layers over training">
      <div class="tools">
        <label>
          Layers × steps:
          <select
            aria-label="Health of layers"
            value={kind}
            onChange={(event) => {
              const next = event.currentTarget.value as HealthKind;
              change({ training: { ...chosen.training, health: next } });
            }}
          >
            {HEALTH_KINDS.map((name) => (
              <option key={name} value={name}>
                {HEALTH_NAMES[name]}
              </option>
            ))}
          </select>
        </label>
        <span class="quiet values" data-name="health-count">
          {`${layers.length} of ${counted(all.length, "layer")} × ${counted(steps.length, "step")} kept`}
          {steps.length >= health.given_at_most && ", chosen at random from more"}
          {matrix.missing.includes(1) && " · hatched: not logged"}
        </span>
        {choice === "auto" && kind === "std" && (
          <span class="quiet" data-name="health-instead">
            Nothing is silent or saturated, so the deviation is shown.
          </span>
        )}
        <output class="told values" data-name="health-told">
          {steps.length > 0 && cellWords(under ?? at, layers, table)}
        </output>
      </div>
      <p class="sentence quiet" data-name="layers-sentence">
        {LAYERS_SENTENCE}
      </p>
      <NotLogged notLogged={notLogged} layers={layers} health={health} />
      {steps.length > 0 && (
        <>
          <MatrixCanvas
            matrix={matrix}
            sides={SIDES}
            rowName={(row) => layers[row] ?? ""}
            columnName={(column) => String(steps[column])}
            axes={{ rows: "layer", columns: "step" }}
            colour={() => colour}
            chosen={at}
            label={`${HEALTH_NAMES[kind]} of the layers of run ${run.run} at each step`}
            point={setUnder}
            pick={(cell) => {
              const layer = cell.row === null ? undefined : layers[cell.row];
              const step = cell.column === null ? undefined : steps[cell.column];
              select("a", {
                ...(layer === undefined ? {} : { layer }),
                ...(step === undefined ? {} : { step }),
              });
            }}
          />
          <Legend
            scaling={{
              limits: () => paint.scale(0).limits,
              shared: true,
              words: healthMeaning(kind, record?.header.inputs.length),
            }}
            paint={paint}
            coverage={coverage}
            leads={false}
          />
        </>
      )}
    </section>
  );
}

interface NotLoggedProps {
  /** Layers without any scalar. */
  notLogged: readonly string[];
  layers: readonly string[];
  health: Health;
}

/** What was not logged, and how to log it. */
function NotLogged({ notLogged, layers, health }: NotLoggedProps) {
  const reasons = health.layers.flatMap(({ layer, scalars }) =>
    Object.entries(scalars)
      .filter(([, scalar]) => scalar.unreadable !== null)
      .map(([name, scalar]) => `${layer}/${name}: ${scalar.unreadable}`),
  );
  return (
    <>
      {layers.length > 0 && notLogged.length === layers.length && (
        <p class="lead">
          No statistics of these layers were logged: the run was made with{" "}
          <code>LogOptions(scalars=False)</code>, or TensorBoard has not read them yet.
        </p>
      )}
      {notLogged.length > 0 && notLogged.length < layers.length && (
        <p class="lead" title={notLogged.join("\n")}>
          {`Of ${counted(notLogged.length, "layer")} no statistics `}
          were logged: {notLogged.slice(0, 3).join(", ")}
          {notLogged.length > 3 && " …"}
        </p>
      )}
      {reasons.length > 0 && (
        <p class="failed" title={reasons.join("\n")}>
          {reasons[0]}
          {reasons.length > 1 && ` (and ${reasons.length - 1} more)`}
        </p>
      )}
    </>
  );
}

/** What was logged of a cell, in words. */
function cellWords(
  { row, column }: MatrixCell,
  layers: readonly string[],
  table: HealthTable,
): string {
  if (row === null) return "Point at a cell; a click goes there.";
  const layer = layers[row] ?? "";
  if (column === null) return layer;
  const step = table.steps[column] ?? 0;
  const scalars = table.scalars[row]?.get(step);
  if (!scalars) return `${layer} · step ${step}: nothing was logged`;
  const share = (name: string, what: string) =>
    typeof scalars[name] === "number" ? `${percent(scalars[name])} ${what}` : null;
  const number = (name: string, what: string) =>
    typeof scalars[name] === "number" ? `${what} ${format(scalars[name])}` : null;
  const parts = [
    isBroken(scalars) ? (share("nonfinite", "NaN or infinite") ?? "NaN or infinite") : null,
    share("silent", "of channels silent"),
    share("saturated", "of values saturated"),
    share("sparsity", "zeros"),
    number("mean", "mean"),
    number("std", "deviation"),
  ].filter((part) => part !== null);
  return `${layer} · step ${step}: ${parts.join(", ")}`;
}
