import { useEffect } from "preact/hooks";
import { chosenRecord, chosenSeries, present } from "../../data/records";
import { counted } from "../../drawing/legend";
import { ALIGNS, type Align } from "../../numbers/steps";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { useLatest } from "../hooks/latest";
import { readStep } from "../parts/number_field";
import { Status, useStatus } from "../parts/status";
import { moveStep, stepsNow, toStep } from "./navigation";
import { TrainingScalarCurve } from "./training_scalar";

/** How long a step is shown while playing, in ms. */
const BEAT = 400;
const ALONE = "There is no other step to play";
const ALIGNED: { [key in Align]: string } = {
  step: "step",
  epoch: "epoch",
  wall: "time",
};

/** The row below: one step for everything that is shown. */
export function Scrubber() {
  const { steps, at } = stepsNow();
  const series = useLatest(chosenSeries(present(state.value.a))).value;
  const record = useLatest(chosenRecord(present(state.value.a)));
  usePlay(record.waiting);
  const [said, say] = useStatus();
  const step = steps[at];
  const position = Object.entries(record.value?.header.position ?? {});
  return (
    <footer class="scrubber" aria-label="Steps">
      <button
        type="button"
        disabled={steps.length < 2}
        aria-pressed={viewState.playing.value}
        aria-label={viewState.playing.value ? "Stop" : "Play"}
        title={steps.length < 2 ? ALONE : viewState.playing.value ? "Stop (p)" : "Play (p)"}
        onClick={() => (viewState.playing.value = !viewState.playing.value)}
      >
        {viewState.playing.value ? "■" : "▶"}
      </button>
      <button
        type="button"
        aria-label="Step back"
        title="Step back (←)"
        onClick={() => moveStep(-1)}
      >
        ‹
      </button>
      <span class="track">
        <TrainingScalarCurve at={at} />
        <input
          type="range"
          aria-label="Step"
          aria-valuetext={`step ${step}`}
          min={0}
          max={Math.max(steps.length - 1, 0)}
          value={at}
          disabled={steps.length < 2}
          onInput={(event) => toStep(Number(event.currentTarget.value))}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      </span>
      <button
        type="button"
        aria-label="Step on"
        title="Step on (→)"
        onClick={() => moveStep(1)}
      >
        ›
      </button>
      <label>
        step
        <span class="noted">
          <input
            class="number"
            inputMode="numeric"
            value={step ?? ""}
            aria-label="Step by number"
            onChange={(event) => say(goTo(event.currentTarget))}
          />
          <Status words={said} above />
        </span>
      </label>
      <span class="values">
        {position.map(([name, value]) => `${name} ${value}`).join(" · ")}
      </span>
      <span class="values" data-name="kept">
        {series && keptWords(series.steps.length, series.logged)}
      </span>
      <label title="How other runs are brought to the same moment">
        align by
        <select
          value={state.value.align}
          onChange={(event) => change({ align: event.currentTarget.value as Align })}
        >
          {ALIGNS.map((align) => (
            <option key={align} value={align}>
              {ALIGNED[align]}
            </option>
          ))}
        </select>
      </label>
      <span class="progress" role="status" aria-label={record.waiting ? "Loading" : ""} />
    </footer>
  );
}

/** How many of the steps are there, in words. */
export function keptWords(count: number, logged: number | null): string {
  if (logged === null) return `${count} steps kept, perhaps of more`;
  return `${count} of ${counted(logged, "step")}`;
}

/** Goes to the last step that is not after the number in a field; returns what was not so. */
function goTo(field: HTMLInputElement): string {
  const { steps, at } = stepsNow();
  const { value, words } = readStep(field.value, steps, at);
  field.value = String(steps[value ?? at] ?? "");
  if (value !== null) toStep(value);
  return words;
}

/** Go on a step a beat, once what is there is drawn, and around. */
function usePlay(waiting: boolean): void {
  const on = viewState.playing.value;
  const { at, steps } = stepsNow();
  useEffect(() => {
    if (steps.length === 1) viewState.playing.value = false;
    if (!on || waiting || steps.length < 2) return;
    const timer = setTimeout(() => {
      // Another tab of TensorBoard is looked at.
      if (innerHeight === 0) viewState.playing.value = false;
      const next = (at + 1) % steps.length;
      // Not to follow the latest, which would move once new data come.
      select("a", { step: steps[next] ?? null });
    }, BEAT);
    return () => clearTimeout(timer);
  }, [on, waiting, at, steps.length]);
}
