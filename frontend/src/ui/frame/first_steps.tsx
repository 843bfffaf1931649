import { isFramed, storage } from "../../host/host";
import { viewState } from "../../state/view_state";
import "./first_steps.css";

/** What the browser keeps once the first steps were read. */
const READ = "tb_actviz.first_steps_read";

/** What can be done at first sight, until it was read once. */
export function FirstSteps() {
  // A frame of another page, such as a notebook's, keeps nothing: they would always be there.
  const isNew = storage.get(READ) === null && !isFramed();
  if (!(viewState.firstStepsShown.value ?? isNew)) return null;
  const read = () => {
    storage.set(READ, "yes");
    viewState.firstStepsShown.value = false;
  };
  return (
    <section class="first-steps" aria-label="First steps">
      <ol>
        <li>
          <b>Point</b> at a place: it is marked in every channel, and on the input.
        </li>
        <li>
          <b>Click</b> a channel to see it large, on the input and over the training.
        </li>
        <li>
          <b>Drag</b> the slider below, or press <kbd>←</kbd> <kbd>→</kbd>, to go through the
          steps; <kbd>?</kbd> is help.
        </li>
      </ol>
      <button type="button" onClick={read}>
        Got it
      </button>
    </section>
  );
}

/** Show them again. */
export function showFirstSteps(): void {
  viewState.firstStepsShown.value = true;
}
