import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Health, Run } from "../../../data/api";
import {
  healthMaps,
  type LoggedHealth,
  type RunHealth,
  runBeside,
  runsBeside,
  withHealth,
} from "../../../data/layer_health";
import { andThen, known, ready } from "../../../data/queries";
import { chosenRecord, chosenRun, present } from "../../../data/records";
import { stepIn } from "../../../data/run_matrix";
import { counted, format, percent } from "../../../drawing/legend";
import {
  HEALTH_KINDS,
  type HealthKind,
  type HealthTable,
  isBroken,
} from "../../../numbers/health";
import { change, select, state } from "../../../state/store";
import { compareWithRun } from "../../frame/navigation";
import { useKnown } from "../../hooks/latest";
import { Answered } from "../../parts/answered";
import { LAYERS_SENTENCE } from "../../parts/sentence";
import { HEALTH_NAMES, healthDrawnAs, healthMeaning } from "../../pictures/health_painting";
import { Legend } from "../../pictures/legend";
import type { MatrixCell } from "../../pictures/matrix_painting";
import { HealthMap } from "./health_map";
import "./beside.css";
import "./health_strip.css";

/** How each layer of a run fares at each step, and beside it how those of another run do. */
export function HealthStrip() {
  const own = andThen(chosenRun(present(state.value.a)), withHealth);
  return (
    <Answered of={own} what="the statistics of the layers">
      {(logged) => <HealthBeside own={logged} />}
    </Answered>
  );
}

/** The run that is looked at, and the chosen one beside it once that is known. */
function HealthBeside({ own }: { own: LoggedHealth }) {
  const named = runBeside(own.run, state.value);
  if (!named) return <LayerHealth own={own} other={null} />;
  const answer = withHealth(named);
  return (
    <LayerHealth own={own} other={known(answer) ?? null}>
      <Answered key={named.run} of={answer} what={`run ${named.run}`} room="part">
        {() => null}
      </Answered>
    </LayerHealth>
  );
}

interface LayerHealthProps {
  own: LoggedHealth;
  /** The run beside it. */
  other: LoggedHealth | null;
  /** What is said of the run beside it while that is not there. */
  children?: ComponentChildren;
}

function LayerHealth({ own, other, children }: LayerHealthProps) {
  const chosen = state.value;
  const [under, setUnder] = useState<{ map: number; cell: MatrixCell } | null>(null);
  const record = useKnown(chosenRecord(present(chosen.a)));
  const besides = useKnown<number | null>(
    record && other ? stepIn(other.run, { record, align: chosen.align }) : ready(null),
  );
  const { layers, all, kind, maps } = useMemo(
    () => healthMaps([own, ...(other ? [other] : [])], chosen),
    [own, other, chosen.layers, chosen.training.health],
  );
  const { health: choice } = chosen.training;
  const row = layers.indexOf(record?.header.layer.path ?? "");
  const step = record?.address.step;
  const looked = maps.map(({ table }, i) => ({
    row: row < 0 ? null : row,
    column: columnAt(table.steps, i ? besides : step),
  }));
  const { paint, coverage, colour } = useMemo(
    () =>
      healthDrawnAs(
        maps.map(({ matrix }) => matrix),
        kind,
      ),
    [maps, kind],
  );
  const [first] = maps;
  const pointed = under ? maps[under.map] : first;
  const cell = under?.cell ?? looked[0];
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
                {HEALTH_NAMES[name]}
              </option>
            ))}
          </select>
        </label>
        <RunBeside own={own.run} />
        <span class="quiet values" data-name="health-count">
          {`${layers.length} of ${counted(all, "layer")} × ${counted(first?.table.steps.length ?? 0, "step")} kept`}
          {maps.some(({ table, health }) => table.steps.length >= health.given_at_most) &&
            ", chosen at random from more"}
          {maps.some(({ matrix }) => matrix.missing.includes(1)) && " · hatched: not logged"}
        </span>
        {choice === "auto" && kind === "std" && (
          <span class="quiet" data-name="health-instead">
            Nothing is silent or saturated, so the deviation is shown.
          </span>
        )}
        <output class="told values" data-name="health-told">
          {pointed &&
            cell &&
            pointed.table.steps.length > 0 &&
            (maps.length > 1 ? `${pointed.run.run} · ` : "") +
              cellWords(cell, layers, pointed.table)}
        </output>
      </div>
      <p class="sentence quiet" data-name="layers-sentence">
        {LAYERS_SENTENCE}
      </p>
      {maps.map(({ run, table, health }) => {
        const there = layers.filter((layer) => hasLayer(run, layer));
        const notLogged = table.notLogged.filter((layer) => there.includes(layer));
        return <NotLogged key={run.run} {...{ notLogged, health }} layers={there} />;
      })}
      {children}
      {shown.length > 0 && (
        <>
          <div class="health-maps">
            {maps.map((map, i) => (
              <HealthMap
                key={map.run.run}
                {...map}
                at={looked[i]!}
                layers={layers}
                name={HEALTH_NAMES[kind]}
                colour={colour}
                heading={maps.length > 1 ? headingOf(i, map) : null}
                point={(cell) => setUnder(cell && { map: i, cell })}
                pick={(layer, step) => pick(i, layer, step)}
              />
            ))}
          </div>
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
  const others = runsBeside(own, state.value);
  if (!others.length) return null;
  return (
    <label>
      beside
      <select
        aria-label="Run beside"
        value={runBeside(own, state.value)?.run ?? ""}
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
