import { chosenSeries, present } from "../../data/records";
import { state } from "../../state/store";
import { useKnown } from "../hooks/latest";
import "./one_step.css";

/** How to get more steps, where a layer has been logged once. */
export function OneStep() {
  const series = useKnown(chosenSeries(present(state.value.a)));
  if (series?.steps.length !== 1 || (series.logged ?? 1) > 1) return null;
  return (
    <p class="lead one-step" data-name="one-step">
      One step was logged, so there is no change to see. To log more, train with{" "}
      <code>{'callbacks=[av.ActivationCallback("runs/training", pictures)]'}</code>, or send
      checkpoints through <code>tb-actviz checkpoints</code>.
    </p>
  );
}
