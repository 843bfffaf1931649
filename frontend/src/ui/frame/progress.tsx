import { viewState } from "../../state/view_state";
import "./progress.css";

/** A thin line below the bar while an answer is on its way. */
export function Progress() {
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label="Loading"
      hidden={!viewState.loading.value}
    />
  );
}
