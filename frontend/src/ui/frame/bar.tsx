import { chosenRecord, inputNames, inputNumber, present } from "../../data/records";
import { listedRuns } from "../../data/resources";
import { layersOf } from "../../data/runs";
import { VIEWS, type View } from "../../state/state";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { ExportMenu } from "../export/menu";
import { useLatest } from "../hooks/latest";
import { ScaleControls } from "./scale_controls";

const NAMES: Record<View, string> = {
  grid: "Grid",
  channel: "Channel",
  compare: "Compare",
  multiples: "Multiples",
  inputs: "Inputs",
  training: "Training",
  runs: "Runs",
};

/** The row on top: what is looked at, and how. */
export function Bar() {
  const chosen = state.value;
  const record = useLatest(chosenRecord(present(chosen.a))).value;
  const runs = listedRuns();
  const inputs = record ? inputNames(record.header) : [];
  const input = record ? inputs[inputNumber(record.header, chosen.a.input)] : undefined;
  return (
    <header class="bar">
      <label>
        Run
        <select
          value={record?.run.run ?? chosen.a.run ?? ""}
          onChange={(event) => select("a", { run: event.currentTarget.value })}
        >
          {runs.map((run) => (
            <option key={run.run} value={run.run} disabled={!layersOf(run).length}>
              {run.run}
            </option>
          ))}
        </select>
      </label>
      <label>
        Input
        <select
          value={input ?? ""}
          onChange={(event) => select("a", { input: event.currentTarget.value })}
        >
          {inputs.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <nav aria-label="Views">
        {VIEWS.map((view, i) => (
          <button
            key={view}
            type="button"
            aria-pressed={view === chosen.view}
            title={`${NAMES[view]} (${i + 1})`}
            onClick={() => change({ view })}
          >
            {NAMES[view]}
          </button>
        ))}
      </nav>
      <ScaleControls />
      <ExportMenu />
      <button
        type="button"
        aria-label="Keys"
        title="Keys (?)"
        onClick={() => (viewState.keysOpen.value = true)}
      >
        ?
      </button>
    </header>
  );
}
