import { useRef } from "preact/hooks";
import type { Answer } from "../../data/queries";

/** An answer, or the one before it while that is not there yet; then it is old. */
export type Latest<T> =
  | Exclude<Answer<T>, { state: "ready" }>
  | { state: "ready"; value: T; isOld: boolean };

/** Keep showing what was there until there is something new, so that nothing flickers. */
export function useLatest<T>(answer: Answer<T>): Latest<T> {
  const last = useRef<{ value: T } | null>(null);
  if (answer.state === "ready") last.current = { value: answer.value };
  if (answer.state === "failed" || !last.current) return answer as Latest<T>;
  return { state: "ready", ...last.current, isOld: answer.state === "waiting" };
}

/**
 * What an answer holds, or held before; undefined where nothing is known, yet or at all.
 *
 * It is for controls, which go on working with what is known. What is shown goes through
 * `Answered`, which says that something is on its way, or why it failed.
 */
export function useKnown<T>(answer: Answer<T>): T | undefined {
  const latest = useLatest(answer);
  return latest.state === "ready" ? latest.value : undefined;
}
