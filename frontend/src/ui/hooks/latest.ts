import { useRef } from "preact/hooks";
import type { Answer } from "../../data/queries";

/** An answer, or the one before it while that is not there yet. */
export interface Latest<T> {
  value: T | null;
  /** Whether something newer is on its way. */
  waiting: boolean;
  /** Why there is none. */
  reason: string | null;
}

/** Keep showing what was there until there is something new, so that nothing flickers. */
export function useLatest<T>(answer: Answer<T>): Latest<T> {
  const last = useRef<T | null>(null);
  if (answer.state === "ready") last.current = answer.value;
  if (answer.state === "failed") return { value: null, waiting: false, reason: answer.reason };
  return { value: last.current, waiting: answer.state === "waiting", reason: null };
}
