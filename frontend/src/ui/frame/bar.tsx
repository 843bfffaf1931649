import { chosenRecord, inputNames, inputNumber, present } from "../../data/records";
import { VIEWS, type View } from "../../state/state";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { ExportMenu } from "../export/menu";
import { useKnown } from "../hooks/latest";
import { RunList } from "./run_list";
import { ScaleControls } from "./scale_controls";

const NAMES: Record<View, string> = {
  grid: "Grid",
  channel: "Channel",
  compare: "Compare",
  multiples: "Multiples",
  inputs: "Inputs",
  training: "Training",
};

/** The row on top: what is looked at, and how. */
export function Bar() {
  const chosen = state.value;
  // A list says what is chosen; what is drawn says by itself what it is.
  const record = useKnown(chosenRecord(present(chosen.a)));
  const inputs = record ? inputNames(record.header) : [];
  const input = record ? inputs[inputNumber(record.header, chosen.a.input)] : undefined;
  return (
    <header class="bar">
      <RunList />
      <label>
        Input
        <select
          value={input ?? ""}
          onChange={(event) => select("a", { input: event.currentTarget.value })}
        >
          {!record && <option value="">loading …</option>}
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
