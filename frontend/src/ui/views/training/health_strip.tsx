import { useMemo, useState } from "preact/hooks";
import type { Health, Run } from "../../../data/api";
import { type Answer, andThen, ready } from "../../../data/queries";
import { chosenRecord, chosenRun, present } from "../../../data/records";
import { healthOf, listedRuns } from "../../../data/resources";
import { layersOfAll, stepIn } from "../../../data/run_matrix";
import { layersOf } from "../../../data/runs";
import { colouring } from "../../../drawing/colouring";
import { COLOUR_MAPS } from "../../../drawing/colours";
import { counted, percent } from "../../../drawing/legend";
import {
  HEALTH_KINDS,
  type HealthKind,
  type HealthTable,
  healthMatrix,
  healthTable,
  isBroken,
} from "../../../numbers/health";
import { SHARE_LIMITS } from "../../../numbers/limits";
import { matrixCoverage, together } from "../../../numbers/scale";
import { matching } from "../../../numbers/tree";
import { change, select, state } from "../../../state/store";
import { compareWithRun } from "../../frame/navigation";
import { useLatest } from "../../hooks/latest";
import { Failed } from "../../parts/status";
import { Legend } from "../../pictures/legend";
import type { MatrixCell } from "../../pictures/matrix_painting";
import type { Paint } from "../../pictures/paint";
import { HealthMap, type RunHealth } from "./health_map";
import "./beside.css";

const NAMES: { [kind in HealthKind]: string } = {
  combined: "dead or saturated",
  dead: "dead channels",
  saturated: "saturated values",
  nonfinite: "NaN or infinite",
  sparsity: "zeros",
};
const MEANINGS: { [kind in HealthKind]: string } = {
  combined: "the larger of the share of dead channels and that of saturated values",
  dead: "share of channels that are zero everywhere for every input",
  saturated: "share of values at a bound of the activation function; only where it has one",
  nonfinite: "only whether there are any",
  sparsity: "share of values that are zero",
};
const SCALE = { limits: SHARE_LIMITS, gamma: 1, signed: false };
const SCALING = { limits: () => SHARE_LIMITS, shared: true };
const PAINT: Paint = {
  scale: () => SCALE,
  name: "heat",
  table: COLOUR_MAPS.heat,
  smooth: false,
  key: "health",
};
const COLOUR = colouring(SCALE, PAINT.table);

/** How each layer of a run fares at each step, and beside it how those of another run do. */
export function HealthStrip() {
  const { a, training } = state.value;
  const own = useLatest(andThen(chosenRun(present(a)), withHealth));
  const named = listedRuns().find((run) => run.run === training.beside);
  const isOther = named !== undefined && named.run !== own.value?.run.run;
  const beside = useLatest<Logged | null>(isOther ? withHealth(named) : ready(null));
  if (own.reason !== null) return <Failed reason={own.reason} />;
  if (!own.value) return <section class="strip" />;
  const other = isOther ? beside.value : null;
  return (
    <LayerHealth
      own={own.value}
      other={other?.run.run === named?.run ? other : null}
      waiting={isOther && beside.waiting}
      reason={beside.reason}
    />
  );
}

/** A run, and what was logged of its layers. */
type Logged = Pick<RunHealth, "run" | "health">;

function withHealth(run: Run): Answer<Logged> {
  return andThen(healthOf(run), (health) => ready({ run, health }));
}

interface LayerHealthProps {
  own: Logged;
  /** The run beside it, once it is there. */
  other: Logged | null;
  waiting: boolean;
  /** Why there is no run beside it, where one was chosen. */
  reason: string | null;
}

function LayerHealth({ own, other, waiting, reason }: LayerHealthProps) {
  const chosen = state.value;
  const kind = chosen.training.health;
  const [under, setUnder] = useState<{ map: number; cell: MatrixCell } | null>(null);
  const record = useLatest(chosenRecord(present(chosen.a))).value;
  const besides = useLatest<number | null>(
    record && other ? stepIn(other.run, { record, align: chosen.align }) : ready(null),
  ).value;
  const all = layersOfAll(other ? [own.run, other.run] : [own.run]);
  const layers = useMemo(
    () =>
      matching(
        all.map((layer) => ({ layer })),
        chosen.layers,
      ).tags.map(({ layer }) => layer),
    [own.run, other?.run, chosen.layers],
  );
  const row = layers.indexOf(record?.header.layer.path ?? "");
  const mapOf = ({ run, health }: Logged, step: number | null | undefined): RunHealth => {
    const table = healthTable(layers, health.layers);
    const at = { row: row < 0 ? null : row, column: columnAt(table.steps, step) };
    return { run, health, table, matrix: healthMatrix(table, kind), at };
  };
  const step = record?.address.step;
  const maps = useMemo(
    () => [mapOf(own, step), ...(other ? [mapOf(other, besides)] : [])],
    [own.health, other?.health, layers, kind, row, step, besides],
  );
  const [first] = maps;
  const pointed = under ? maps[under.map] : first;
  const pick = (map: number, layer: string | null, step: number | null) => {
    const run = maps[map]?.run;
    if (map > 0 && run && layer !== null && hasLayer(own.run, layer)) {
      compareWithRun({ run: run.run, layer, step });
      return;
    }
    select("a", {
      ...(map > 0 && run ? { run: run.run } : {}),
      ...(layer === null ? {} : { layer }),
      ...(step === null ? {} : { step }),
    });
  };
  const shown = maps.filter(({ table }) => table.steps.length > 0);
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
                {NAMES[name]}
              </option>
            ))}
          </select>
        </label>
        <RunBeside own={own.run} />
        <span class="quiet values" data-name="health-count">
          {`${layers.length} of ${counted(all.length, "layer")} × ${counted(first?.table.steps.length ?? 0, "step")} kept`}
          {maps.some(({ table, health }) => table.steps.length >= health.given_at_most) &&
            ", of more some at random"}
          {maps.some(({ matrix }) => matrix.missing.includes(1)) && " · hatched: not logged"}
        </span>
        <output class="told values" data-name="health-told">
          {pointed &&
            pointed.table.steps.length > 0 &&
            (maps.length > 1 ? `${pointed.run.run} · ` : "") +
              cellWords(under?.cell ?? pointed.at, layers, pointed.table)}
        </output>
      </div>
      {maps.map(({ run, table, health }) => {
        const present = layers.filter((layer) => hasLayer(run, layer));
        const silent = table.silent.filter((layer) => present.includes(layer));
        return <NotLogged key={run.run} silent={silent} layers={present} health={health} />;
      })}
      {reason !== null && <p class="failed">{reason}</p>}
      {waiting && <p class="quiet">Loading the health of run {chosen.training.beside} …</p>}
      {shown.length > 0 && (
        <>
          <div class="health-maps">
            {maps.map((map, i) => (
              <HealthMap
                key={map.run.run}
                {...map}
                layers={layers}
                name={NAMES[kind]}
                colour={COLOUR}
                heading={maps.length > 1 ? headingOf(i, map) : null}
                point={(cell) => setUnder(cell && { map: i, cell })}
                pick={(layer, step) => pick(i, layer, step)}
              />
            ))}
          </div>
          <Legend
            scaling={{ ...SCALING, words: MEANINGS[kind] }}
            paint={PAINT}
            coverage={together(
              shown.map(({ matrix }) => matrixCoverage(matrix, SCALING.limits)),
            )}
            leads={false}
          />
        </>
      )}
    </section>
  );
}

/** The last step that is not after one, else the first. */
function columnAt(steps: readonly number[], step: number | null | undefined): number | null {
  if (step == null || !steps.length) return null;
  return Math.max(
    0,
    steps.findLastIndex((other) => other <= step),
  );
}

function headingOf(map: number, { run, table }: RunHealth): string {
  return `${map ? "B" : "A"}: ${run.run}, ${counted(table.steps.length, "step")}`;
}

function hasLayer(run: Run, layer: string): boolean {
  return run.tags.some((tag) => tag.layer === layer);
}

/** Which run is shown beside the one that is looked at. */
function RunBeside({ own }: { own: Run }) {
  const { training } = state.value;
  const others = listedRuns().filter((run) => run.run !== own.run && layersOf(run).length);
  if (!others.length) return null;
  const chosen = others.some((run) => run.run === training.beside) ? training.beside : "";
  return (
    <label>
      beside
      <select
        aria-label="Run beside"
        value={chosen ?? ""}
        onChange={(event) =>
          change({ training: { ...training, beside: event.currentTarget.value || null } })
        }
      >
        <option value="">no other run</option>
        {others.map(({ run }) => (
          <option key={run} value={run}>
            {run}
          </option>
        ))}
      </select>
    </label>
  );
}

interface NotLoggedProps {
  /** Layers without any scalar. */
  silent: readonly string[];
  layers: readonly string[];
  health: Health;
}

/** What was not logged, and how to log it. */
function NotLogged({ silent, layers, health }: NotLoggedProps) {
  const reasons = health.layers.flatMap(({ layer, scalars }) =>
    Object.entries(scalars)
      .filter(([, scalar]) => scalar.unreadable !== null)
      .map(([name, scalar]) => `${layer}/${name}: ${scalar.unreadable}`),
  );
  return (
    <>
      {layers.length > 0 && silent.length === layers.length && (
        <p class="lead">
          No statistics of these layers were logged: the run was made with{" "}
          <code>LogOptions(scalars=False)</code>, or TensorBoard has not read them yet.
        </p>
      )}
      {silent.length > 0 && silent.length < layers.length && (
        <p class="lead" title={silent.join("\n")}>
          {`Of ${counted(silent.length, "layer")} no statistics `}
          were logged: {silent.slice(0, 3).join(", ")}
          {silent.length > 3 && " …"}
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
  const parts = [
    isBroken(scalars) ? (share("nonfinite", "NaN or infinite") ?? "NaN or infinite") : null,
    share("dead", "of channels dead"),
    share("saturated", "of values saturated"),
    share("sparsity", "zeros"),
  ].filter((part) => part !== null);
  return `${layer} · step ${step}: ${parts.join(", ")}`;
}
