import { useEffect } from "preact/hooks";
import type { Series } from "../../../data/api";
import {
  type Column,
  rowsOf,
  type StrongestChannel,
  strongestOf,
} from "../../../data/multiples";
import { andThen, ready } from "../../../data/queries";
import { chosenRecord, inputNumber, type LayerRecord, present } from "../../../data/records";
import { stepsOf } from "../../../data/resources";
import { filteredRuns } from "../../../data/run_filter";
import { layersOf, readableSteps } from "../../../data/runs";
import { counted } from "../../../drawing/legend";
import { matching } from "../../../numbers/tree";
import { pinnedIn } from "../../../state/pins";
import { MULTIPLES_ROWS, type MultiplesRows, rowsShown } from "../../../state/state";
import { change, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { Answered } from "../../parts/answered";
import { OneStep } from "../../parts/one_step";
import { Failed } from "../../parts/status";
import { Title } from "../../parts/title";
import { MultiplesGrid } from "./multiples_grid";
import "./multiples.css";

/** Where the reference is: the run, layer and step that are looked at. */
interface Reference extends StrongestChannel {
  record: LayerRecord;
  series: Series;
}

/** Runs, inputs or pinned channels as rows; steps or layers as columns. */
export function MultiplesView() {
  const { a } = state.value;
  const answer = andThen(chosenRecord(present(a)), (record) =>
    andThen(stepsOf(record.run.run, record.tag), (series) =>
      andThen(
        a.channel === null
          ? strongestOf(record, inputNumber(record.header, a.input))
          : ready({ channel: a.channel, ofAllSteps: true }),
        (strongest) => ready({ record, series, ...strongest } satisfies Reference),
      ),
    ),
  );
  return (
    <Answered of={answer} what="the runs and steps">
      {(reference) => <RunsAndColumns {...reference} />}
    </Answered>
  );
}

function RunsAndColumns({ record, series, channel, ofAllSteps }: Reference) {
  const chosen = state.value;
  const { columns: kind, all } = chosen.multiples;
  const rowKind = rowsShown(chosen.multiples);
  const input = record.header.inputs[inputNumber(record.header, chosen.a.input)];
  const { runs, hidden } = filteredRuns(chosen);
  const layers = layersOf(record.run);
  const filtered = matching(layers, chosen.layers).tags;
  const steps = readableSteps(series);
  const columns =
    kind === "steps"
      ? steps.map(({ step }) => ({ layer: record.tag.layer, step }))
      : filtered.map(({ layer }) => ({ layer, step: record.address.step }));
  const channels = input?.packed.shape[2] ?? 0;
  const pinned = pinnedIn(chosen.pins, record.header.layer);
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
        <span class="quiet">Rows</span>
        <span class="switch" role="group" aria-label="Rows">
          {MULTIPLES_ROWS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={rowKind === name}
              disabled={name === "channels" && kind === "layers"}
              title={ROW_TITLES[name]}
              onClick={() => set({ rows: name })}
            >
              {ROW_NAMES[name]}
            </button>
          ))}
        </span>
        <span class="quiet">Columns</span>
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
              {every ? "all, scroll" : "fit to width"}
            </button>
          ))}
        </span>
        <span class="quiet values" data-name="shown-channel">
          {rowKind === "channels"
            ? pinnedWords(pinned.length)
            : channelWords(kind, { channel, ofAllSteps }, chosen.a.channel, record)}
        </span>
        {rowKind === "runs" && hidden > 0 && (
          <span class="quiet">{counted(hidden, "run")} filtered out</span>
        )}
        <LeftOut kind={kind} series={series} filtered={layers.length - filtered.length} />
      </div>
      {kind === "steps" && <OneStep />}
      <MultiplesGrid
        rows={rowsOf(rowKind, columns, {
          runs: runs.filter((run) => layersOf(run).length || run.unreadable !== null),
          record,
          input: input.name,
          channel,
          pinned,
        })}
        rowKind={rowKind}
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

const ROW_NAMES: { [rows in MultiplesRows]: string } = {
  runs: "runs",
  inputs: "inputs",
  channels: "pinned channels",
};
const ROW_TITLES: { [rows in MultiplesRows]: string } = {
  runs: "One channel in each run (Shift + c: the next)",
  inputs: "One channel for each input of this run (Shift + c: the next)",
  channels: "The pinned channels of this layer, in this run (Shift + c: the next)",
};

function pinnedWords(pinned: number): string {
  if (pinned) return `${counted(pinned, "pinned channel")} of this layer`;
  return "No channel of this layer is pinned: m pins the one that is looked at.";
}

function indexOf(columns: readonly Column[], { tag, address }: LayerRecord): number | null {
  const at = columns.findIndex(
    ({ layer, step }) => layer === tag.layer && step === address.step,
  );
  return at < 0 ? null : at;
}

function channelWords(
  kind: "steps" | "layers",
  { channel, ofAllSteps }: StrongestChannel,
  chosen: number | null,
  record: LayerRecord,
): string {
  const { run } = record.run;
  if (kind === "layers") {
    return chosen === null
      ? `strongest channel of each layer in ${run}`
      : `channel ${chosen} of ${record.tag.layer}, the strongest of other layers in ${run}`;
  }
  return chosen === null
    ? `channel ${channel}, the strongest in ${run} ${ofAllSteps ? "over all steps" : `at step ${record.address.step}`}`
    : `channel ${channel}`;
}

interface LeftOutProps {
  kind: "steps" | "layers";
  series: Series;
  /** How many layers the filter leaves out. */
  filtered: number;
}

/** What has no column at all. */
function LeftOut({ kind, series, filtered }: LeftOutProps) {
  const unreadable = series.steps.filter((step) => step.unreadable !== null);
  if (kind === "steps" && unreadable.length) {
    return (
      <span class="failed" title={unreadable.map((step) => step.unreadable).join("\n")}>
        {counted(unreadable.length, "step")} cannot be read
      </span>
    );
  }
  return kind === "layers" && filtered > 0 ? (
    <span class="quiet">{filtered} layers are filtered out</span>
  ) : null;
}
