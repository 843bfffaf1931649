/** Waits for answers where nothing is shown of them on the way. */

import { effect } from "@preact/signals";
import type { Answer } from "./answers";

/** The value of an answer once it is there; an error where there is none. */
export function settled<T>(read: () => Answer<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let done = false;
    let stop: (() => void) | null = null;
    stop = effect(() => {
      if (done) return;
      const answer = read();
      if (answer.state === "waiting") return;
      done = true;
      if (answer.state === "ready") resolve(answer.value);
      else reject(new Error(answer.reason));
      // The effect may run before it is named.
      queueMicrotask(() => stop?.());
    });
  });
}
