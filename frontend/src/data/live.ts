/** Looking for new data by itself, again and again, while that is wanted. */

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { look, retry } from "./resources";

/** How long it rests between two looks, at least and at most, in ms. */
const [SHORTEST, LONGEST] = [3000, 60_000];
/** How many times as long as a look took. */
const RESTS = 10;
/** How long a look may take, in ms. */
const PATIENCE = 30_000;

/** Why the last look failed; null where it did not. */
export const liveFailure = signal<string | null>(null);

/**
 * Looks for new data while `isOn`, and while `isSeen` says that somebody may look at it.
 *
 * One look at a time, and the longer it took the longer the rest after it. It does not count
 * as being busy: nobody waits for it.
 */
export function lookAgainAndAgain(isOn: ReadonlySignal<boolean>, isSeen: () => boolean): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looks = false;
  const rest = (took: number) => {
    if (!isOn.peek()) return;
    timer = setTimeout(next, Math.min(Math.max(RESTS * took, SHORTEST), LONGEST));
  };
  const next = () => {
    if (!isSeen()) {
      rest(0);
      return;
    }
    looks = true;
    const began = Date.now();
    void look(AbortSignal.timeout(PATIENCE)).then((reason) => {
      looks = false;
      // What failed for the same reason may succeed now.
      if (reason === null && liveFailure.peek() !== null) retry();
      liveFailure.value = isOn.peek() ? reason : null;
      rest(Date.now() - began);
    });
  };
  effect(() => {
    clearTimeout(timer);
    if (!isOn.value) liveFailure.value = null;
    else if (!looks) next();
  });
}
