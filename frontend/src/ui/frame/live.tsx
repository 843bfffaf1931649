import { useRef } from "preact/hooks";
import type { Series } from "../../data/api";
import { liveFailure } from "../../data/live";
import { readableSteps } from "../../data/runs";
import { counted } from "../../drawing/legend";
import { newerSteps } from "../../numbers/steps";
import { state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { toStep } from "./navigation";
import "./live.css";

/** Whether new data are looked for, whatever TensorBoard does by itself. */
export function LiveSwitch() {
  const failure = liveFailure.value;
  return (
    <label title="Look for new steps every few seconds, whether or not TensorBoard reloads data (w)">
      <input
        type="checkbox"
        aria-label="Live"
        aria-keyshortcuts="w"
        checked={viewState.live.value}
        onChange={(event) => (viewState.live.value = event.currentTarget.checked)}
      />
      Live
      {failure !== null && (
        <span class="failed" title={failure}>
          without answer
        </span>
      )}
    </label>
  );
}

/** How many steps have come since the latest was looked at, and the way there. */
export function NewSteps({ series }: { series: Series }) {
  const { step } = state.value.a;
  // By run: the layers of one have their steps together.
  const seen = useRef(new Map<string, number>());
  const steps = readableSteps(series).map((one) => one.step);
  const last = steps.at(-1) ?? 0;
  const before = seen.current.get(series.run) ?? last;
  // A run that is made anew begins anew.
  const known = step === null || last < before ? last : before;
  seen.current.set(series.run, known);
  const count = step === null ? 0 : newerSteps(steps, Math.max(known, step));
  return (
    <span role="status">
      {count > 0 && (
        <button
          type="button"
          class="news"
          title="Go to the latest step, and follow it (End)"
          onClick={() => toStep(Infinity)}
        >
          {counted(count, "new step")}
        </button>
      )}
    </span>
  );
}
