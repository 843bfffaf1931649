import { chosenRecord, inputNames, inputNumber, present } from "../../data/records";
import { VIEWS } from "../../state/state";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { ExportMenu } from "../export/menu";
import { useKnown } from "../hooks/latest";
import { QUESTIONS, VIEW_NAMES } from "../parts/words";
import { OpenAlone } from "./open_alone";
import { RunList } from "./run_list";
import { ScaleControls } from "./scale_controls";

/** The row on top: what is looked at, and how. */
export function Bar() {
  const chosen = state.value;
  // A list says what is chosen; what is drawn says by itself what it is.
  const record = useKnown(chosenRecord(present(chosen.a)));
  const inputs = record ? inputNames(record.header) : [];
  const input = record ? inputs[inputNumber(record.header, chosen.a.input)] : undefined;
  return (
    <header class="bar">
      <h1 class="unseen">Activations</h1>
      <RunList />
      <label>
        Input
        <select
          aria-keyshortcuts="i"
          title="What was fed to the network (i: the next)"
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
            aria-keyshortcuts={String(i + 1)}
            title={`${QUESTIONS[view]} (${i + 1})`}
            onClick={() => change({ view })}
          >
            {VIEW_NAMES[view]}
          </button>
        ))}
      </nav>
      <ScaleControls />
      <ExportMenu />
      <OpenAlone />
      <button
        type="button"
        aria-label="Help"
        aria-keyshortcuts="?"
        title="What the views answer, what words mean, and all keys (?)"
        onClick={() => (viewState.helpOpen.value = true)}
      >
        ?
      </button>
    </header>
  );
}
