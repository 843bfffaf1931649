import { type RunTable, runTable, sharedLayers } from "../../../data/run_table";
import { counted } from "../../../drawing/legend";
import { RUN_DISTANCES, RUN_STATISTICS, type RunMeasure } from "../../../numbers/run_measures";
import { change, state } from "../../../state/store";
import { Answered } from "../../parts/answered";
import { Sentence } from "../../parts/title";
import { QUESTIONS } from "../../parts/words";
import {
  comparedWords,
  RUN_MEASURE_MEANINGS,
  RUN_MEASURE_NAMES,
} from "../../pictures/run_painting";
import { RunsTable } from "./runs_table";
import "./runs.css";

/** How runs differ, layer by layer. */
export function RunsView() {
  return (
    <Answered of={runTable(state.value)} what="the layer that is looked at">
      {(table) => <LayersAndRuns {...table} />}
    </Answered>
  );
}

function LayersAndRuns({ reference, layers, all, runs, hidden }: RunTable) {
  const { measure } = state.value.runs;
  return (
    <section class="view" aria-label="Runs at a glance">
      <div class="title">
        <h2>
          <span>{QUESTIONS.runs}</span>
          <small>{comparedWords(reference, measure).join(" · ")}</small>
        </h2>
        <Sentence header={reference.record.header} />
      </div>
      <p class="lead quiet">{RUN_MEASURE_MEANINGS[measure]}</p>
      {runs.length + hidden < 2 && (
        <p class="lead">
          There is one run. Log another one into a folder beside it, and it becomes a column
          here.
        </p>
      )}
      {runs.length > 1 && layers.length > 0 && !sharedLayers({ layers, runs }) && (
        <p class="lead" data-name="nothing-shared">
          No two of these runs have a layer of the same name, so there is nothing to compare.
        </p>
      )}
      <RunsTable {...{ reference, layers, runs, measure }} name={RUN_MEASURE_NAMES[measure]}>
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
                  {RUN_MEASURE_NAMES[name]}
                </option>
              ))}
            </optgroup>
            <optgroup label="Each run by itself">
              {RUN_STATISTICS.map((name) => (
                <option key={name} value={name}>
                  {RUN_MEASURE_NAMES[name]}
                </option>
              ))}
            </optgroup>
          </select>
        </label>
        <span class="quiet values" data-name="runs-count">
          {layers.length < all && `${layers.length} of `}
          {`${counted(all, "layer")} × ${counted(runs.length, "run")}`}
          {hidden > 0 && ` · ${counted(hidden, "run")} filtered out`}
        </span>
      </RunsTable>
    </section>
  );
}
