import { useEffect, useRef } from "preact/hooks";
import { VIEWS } from "../../state/state";
import { viewState } from "../../state/view_state";
import { MEANINGS, QUESTIONS, VIEW_NAMES } from "../parts/words";
import { showFirstSteps } from "./first_steps";
import { KEYS } from "./keys";
import "./help.css";
import { PICTURE_KEYS } from "./pointed_picture";

/** What each view answers, what words mean, and the keys. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = viewState.helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const close = () => (viewState.helpOpen.value = false);
  return (
    <dialog ref={dialog} class="help" aria-label="Help" onClose={close}>
      <div class="ways">
        <h2>What each view answers</h2>
        <button
          type="button"
          onClick={() => {
            close();
            showFirstSteps();
          }}
        >
          Show the first steps
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <dl data-name="views">
        {VIEWS.map((view) => (
          <div key={view}>
            <dt>{VIEW_NAMES[view]}</dt>
            <dd>{QUESTIONS[view]}</dd>
          </div>
        ))}
      </dl>
      <h2>Words</h2>
      <dl data-name="words">
        {Object.entries(MEANINGS).map(([word, meaning]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <h2>Keys</h2>
      <dl class="keys" data-name="keys">
        {KEYS.map(({ shown, does }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">
        While you write in a field, keys are text; Esc or Enter leaves it. In a list the arrows,
        space and Enter choose. {PICTURE_KEYS}
      </p>
    </dialog>
  );
}
