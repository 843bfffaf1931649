import { useEffect } from "preact/hooks";
import { failureOf, known } from "../../data/queries";
import { chosenRecord, chosenSeries, present } from "../../data/records";
import { counted } from "../../drawing/legend";
import { heldPage } from "../../host/held_page";
import { ALIGNS, type Align } from "../../numbers/steps";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { useKnown } from "../hooks/latest";
import { Answered } from "../parts/answered";
import { readStep } from "../parts/number_field";
import { Status, useStatus } from "../parts/status";
import { MEANINGS } from "../parts/words";
import { LiveSwitch, NewSteps } from "./live";
import { moveStep, stepsIn, stepsNow, toStep } from "./navigation";
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
  const selection = present(state.value.a);
  const series = chosenSeries(selection);
  const record = chosenRecord(selection);
  const kept = useKnown(series);
  const { steps, at } = kept ? stepsIn(kept, selection.step) : { steps: [], at: 0 };
  usePlay(known(record) === undefined && failureOf(record) === null);
  const [said, say] = useStatus();
  const step = steps[at];
  const alone = kept !== undefined && steps.length < 2;
  return (
    <footer class="scrubber" aria-label="Steps">
      <button
        type="button"
        disabled={steps.length < 2}
        aria-pressed={viewState.playing.value}
        aria-label={viewState.playing.value ? "Stop" : "Play"}
        aria-keyshortcuts="p"
        title={alone ? ALONE : viewState.playing.value ? "Stop (p)" : "Play (p)"}
        onClick={() => (viewState.playing.value = !viewState.playing.value)}
      >
        {viewState.playing.value ? "■" : "▶"}
      </button>
      <button
        type="button"
        aria-label="Step back"
        aria-keyshortcuts="ArrowLeft"
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
          aria-keyshortcuts="ArrowLeft ArrowRight Home End"
          aria-valuetext={step === undefined ? "not known yet" : `step ${step}`}
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
        aria-keyshortcuts="ArrowRight"
        title="Step on (→)"
        onClick={() => moveStep(1)}
      >
        ›
      </button>
      <label>
        step
        <span class="noted">
          <input
            id="step-number"
            class="number"
            inputMode="numeric"
            aria-keyshortcuts="n"
            title="Go to a step by its number (n)"
            value={step ?? ""}
            aria-label="Step by number"
            onChange={(event) => say(goTo(event.currentTarget))}
          />
          <Status words={said} above />
        </span>
      </label>
      <span class="values">
        <Answered of={record} what="the record" room="beside">
          {({ header }) => (
            <span>
              {Object.entries(header.position)
                .map(([name, value]) => `${name} ${value}`)
                .join(" · ")}
            </span>
          )}
        </Answered>
      </span>
      <span class="values" data-name="kept">
        <Answered of={series} what="the steps" room="beside">
          {({ steps, logged }) => <span>{keptWords(steps.length, logged)}</span>}
        </Answered>
      </span>
      {kept && <NewSteps series={kept} />}
      {!heldPage && <LiveSwitch />}
      <label title={`${MEANINGS["align by"]} (a: the next)`}>
        align by
        <select
          aria-keyshortcuts="a"
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
    </footer>
  );
}

/** How many of the steps are there, in words. */
export function keptWords(count: number, logged: number | null): string {
  if (logged === null) return `${count} steps kept, perhaps more were logged`;
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
