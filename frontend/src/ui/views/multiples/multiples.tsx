import { useEffect } from "preact/hooks";
import type { Series, Step } from "../../../data/api";
import { type Column, strongestOf } from "../../../data/multiples";
import { andThen } from "../../../data/queries";
import { chosenRecord, inputIn, present, type Record } from "../../../data/records";
import { listedRuns, stepsOf } from "../../../data/resources";
import { layersOf } from "../../../data/runs";
import { matching } from "../../../numbers/tree";
import { change, state } from "../../../state/store";
import { useSteady } from "../../hooks/latest";
import { Failed } from "../../parts/status";
import { Title } from "../../parts/title";
import { MultiplesGrid } from "./multiples_grid";
import "./multiples.css";
import { ready } from "../../../data/queries";
import { viewState } from "../../../state/view_state";

/** Where the reference is: the run, layer and step that are looked at. */
interface Reference {
  record: Record;
  series: Series;
  /** The channel that is chosen, or the strongest one. */
  channel: number;
}

/** Runs as rows; steps or layers as columns. */
export function MultiplesView() {
  const { a } = state.value;
  const steady = useSteady(
    andThen(chosenRecord(present(a)), (record) =>
      andThen(stepsOf(record.run.run, record.tag), (series) =>
        andThen(
          a.channel === null
            ? strongestOf(record, inputIn(record.header, a.input))
            : ready(a.channel),
          (channel) => ready({ record, series, channel } satisfies Reference),
        ),
      ),
    ),
  );
  if (steady.reason !== null) return <Failed reason={steady.reason} />;
  if (!steady.value) return <div class="view" />;
  return <Contents {...steady.value} />;
}

function Contents({ record, series, channel }: Reference) {
  const chosen = state.value;
  const { columns: kind, all } = chosen.multiples;
  const input = record.header.inputs[inputIn(record.header, chosen.a.input)];
  const runs = listedRuns();
  const layers = layersOf(record.run);
  const found = matching(layers, chosen.layers).tags;
  const steps = series.steps.filter((step) => step.unreadable === null);
  const columns =
    kind === "steps"
      ? steps.map(({ step }) => ({ layer: record.tag.layer, step }))
      : found.map(({ layer }) => ({ layer, step: record.place.step }));
  const channels = input?.packed.shape[2] ?? 0;
  useEffect(() => {
    viewState.channelOrder.value = Array.from({ length: channels }, (_, i) => i);
  }, [channels]);
  if (!input) return <Failed reason="The record has no inputs." />;
  const set = (part: Partial<typeof chosen.multiples>) =>
    change({ multiples: { ...chosen.multiples, ...part } });
  return (
    <section class="view" aria-label="Small multiples">
      <Title record={record} input={input.name} />
      <div class="tools">
        <span class="switch" role="group" aria-label="Columns">
          {(["steps", "layers"] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={kind === name}
              title="Columns (c)"
              onClick={() => set({ columns: name })}
            >
              {name}
            </button>
          ))}
        </span>
        <span class="switch" role="group" aria-label="How many columns">
          {[false, true].map((every) => (
            <button
              key={String(every)}
              type="button"
              aria-pressed={all === every}
              onClick={() => set({ all: every })}
            >
              {every ? "all, sideways" : "as many as fit"}
            </button>
          ))}
        </span>
        <span class="quiet values" data-name="shown-channel">
          {channelWords(kind, channel, chosen.a.channel, record)}
        </span>
        {left(kind, series.steps, steps, layers.length - found.length)}
      </div>
      <MultiplesGrid
        runs={runs.filter((run) => layersOf(run).length || run.unreadable !== null)}
        columns={columns}
        at={indexOf(columns, record)}
        kind={kind}
        all={all}
        record={record}
        input={input}
        channel={channel}
      />
    </section>
  );
}

function indexOf(columns: readonly Column[], { tag, place }: Record): number | null {
  const at = columns.findIndex(({ layer, step }) => layer === tag.layer && step === place.step);
  return at < 0 ? null : at;
}

function channelWords(
  kind: "steps" | "layers",
  channel: number,
  chosen: number | null,
  record: Record,
): string {
  const { run } = record.run;
  if (kind === "layers") {
    return chosen === null
      ? `strongest channel of each layer in ${run}`
      : `channel ${chosen} of ${record.tag.layer}, the strongest of other layers in ${run}`;
  }
  return chosen === null
    ? `channel ${channel}, the strongest in ${run} over all steps`
    : `channel ${channel}`;
}

/** Say what has no column at all. */
function left(
  kind: "steps" | "layers",
  all: readonly Step[],
  readable: readonly Step[],
  filtered: number,
) {
  const unreadable = all.filter((step) => !readable.includes(step));
  if (kind === "steps" && unreadable.length) {
    return (
      <span class="failed" title={unreadable.map((one) => one.unreadable).join("\n")}>
        {unreadable.length} {unreadable.length === 1 ? "step" : "steps"} cannot be read
      </span>
    );
  }
  return kind === "layers" && filtered > 0 ? (
    <span class="quiet">{filtered} layers are filtered out</span>
  ) : null;
}
