import type { Run } from "../../../data/api";
import { known } from "../../../data/queries";
import { chosenRecord, inputNumber, type LayerRecord, present } from "../../../data/records";
import { listedRuns, runOrderOf } from "../../../data/resources";
import { filteredRuns } from "../../../data/run_filter";
import { inOrder, layersOfAll, type Reference } from "../../../data/run_matrix";
import { layersOf } from "../../../data/runs";
import { counted } from "../../../drawing/legend";
import { RUN_DISTANCES, RUN_STATISTICS, type RunMeasure } from "../../../numbers/run_measures";
import type { Align } from "../../../numbers/steps";
import { matching } from "../../../numbers/tree";
import { change, state } from "../../../state/store";
import { Answered } from "../../parts/answered";
import { Sentence } from "../../parts/title";
import { QUESTIONS } from "../../parts/words";
import { RunsTable } from "./runs_table";
import "./runs.css";

const NAMES: { [measure in RunMeasure]: string } = {
  relative: "relative distance (L2)",
  angle: "1 − cosine",
  mean: "mean",
  deviation: "standard deviation",
  silent: "silent channels",
};
const MEANINGS: { [measure in RunMeasure]: string } = {
  relative:
    "‖B − A‖ / ‖A‖ over all values of a layer: 0 is the same, 1 is as far from A as zeros are.",
  angle:
    "1 − cosine of the angle between A and B, over all values of a layer: 0 is the same " +
    "pattern, 1 nothing in common, 2 the opposite. How large the values are does not count.",
  mean: "Mean of all values of a layer, for all logged inputs.",
  deviation: "Standard deviation of all values of a layer, for all logged inputs.",
  silent: "Share of the channels of a layer that are zero everywhere for all logged inputs.",
};
const SAME_MOMENT: { [align in Align]: string } = {
  step: "step",
  epoch: "epoch",
  wall: "time since the start",
};

/** How runs differ, layer by layer. */
export function RunsView() {
  const { runs: filtered, hidden } = filteredRuns(state.value);
  const runs = filtered.filter((run) => layersOf(run).length);
  const order = known(runOrderOf(listedRuns())) ?? [];
  return (
    <Answered of={chosenRecord(present(state.value.a))} what="the layer that is looked at">
      {(record) => <LayersAndRuns runs={inOrder(runs, order)} {...{ record, hidden }} />}
    </Answered>
  );
}

interface Props {
  record: LayerRecord;
  runs: readonly Run[];
  /** How many runs the filter hides. */
  hidden: number;
}

function LayersAndRuns({ record, runs, hidden }: Props) {
  const chosen = state.value;
  const { measure } = chosen.runs;
  const input = record.header.inputs[inputNumber(record.header, chosen.a.input)]?.name ?? "";
  const reference: Reference = { record, input, align: chosen.align };
  const isDistance = measure === "relative" || measure === "angle";
  const ownFirst = [record.run, ...runs.filter((run) => run.run !== record.run.run)];
  const all = layersOfAll(ownFirst);
  const layers = matching(
    all.map((layer) => ({ layer })),
    chosen.layers,
  ).tags.map(({ layer }) => layer);
  return (
    <section class="view" aria-label="Runs at a glance">
      <div class="title">
        <h2>
          <span>{QUESTIONS.runs}</span>
          <small>
            {[
              `A: run ${record.run.run}`,
              `step ${record.address.step}`,
              ...(isDistance ? [`input ${input}`] : []),
              `the others at the same ${SAME_MOMENT[chosen.align]}`,
            ].join(" · ")}
          </small>
        </h2>
        <Sentence header={record.header} />
      </div>
      <p class="lead quiet">{MEANINGS[measure]}</p>
      {runs.length + hidden < 2 && (
        <p class="lead">
          There is one run. Log another one into a folder beside it, and it becomes a column
          here.
        </p>
      )}
      <RunsTable {...{ reference, layers, runs, measure }} name={NAMES[measure]}>
        <label>
          Layers × runs by
          <select
            class="measure"
            aria-label="What runs are compared by"
            aria-keyshortcuts="t"
            title="What runs are compared by (t: the next)"
            value={measure}
            onChange={(event) =>
              change({ runs: { measure: event.currentTarget.value as RunMeasure } })
            }
          >
            <optgroup label="Distance from A">
              {RUN_DISTANCES.map((name) => (
                <option key={name} value={name}>
                  {NAMES[name]}
                </option>
              ))}
            </optgroup>
            <optgroup label="Each run by itself">
              {RUN_STATISTICS.map((name) => (
                <option key={name} value={name}>
                  {NAMES[name]}
                </option>
              ))}
            </optgroup>
          </select>
        </label>
        <span class="quiet values" data-name="runs-count">
          {layers.length < all.length && `${layers.length} of `}
          {`${counted(all.length, "layer")} × ${counted(runs.length, "run")}`}
          {hidden > 0 && ` · ${counted(hidden, "run")} filtered out`}
        </span>
      </RunsTable>
    </section>
  );
}
