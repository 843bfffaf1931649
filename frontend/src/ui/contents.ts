import type { Answer } from "../data/answers";
import { type Removed, removedOf } from "../data/pairs";
import { andThen, type Shown } from "../data/shown";
import { state } from "../state/store";

/** What a view shows of a layer. */
export interface Contents {
  one: Shown;
  /** What the activation function removed, where that is what is shown. */
  removed: Removed | null;
}

/** Whether what the activation function removed is shown; most views cannot. */
export function showsRemoved(): boolean {
  return state.value.removed && canShowRemoved();
}

/** Whether the view can show what the activation function removed. */
export function canShowRemoved(): boolean {
  return state.value.view === "grid" || state.value.view === "channel";
}

/** The values themselves, or what their activation function removed. */
export function asChosen(one: Shown): Answer<Contents> {
  if (!showsRemoved()) return { state: "ready", value: { one, removed: null } };
  return andThen(removedOf(one), (removed) => ({
    state: "ready",
    value: removed ? { one: { ...one, maps: removed.maps }, removed } : { one, removed },
  }));
}
