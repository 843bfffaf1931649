import { useEffect } from "preact/hooks";
import { viewState } from "../../state/view_state";
import { useStatus } from "../parts/status";
import "./said.css";

/** What a key did, where that is not seen. */
export function Said() {
  const { value: last } = viewState.said;
  const [words, say] = useStatus();
  useEffect(() => say(last.words), [last]);
  return (
    <p class="key-said" role="status">
      {words}
    </p>
  );
}
