/** Which choices the browser's Back button goes back to. */

import type { Selection, State } from "./state";

const PARTS = ["run", "layer", "input", "channel"] as const;

/** Whether another thing is looked at, not only the same in another way. */
export function isElsewhere(one: State, other: State): boolean {
  const differ = (first: Selection, second: Selection) =>
    PARTS.some((part) => first[part] !== second[part]);
  return one.view !== other.view || differ(one.a, other.a) || differ(one.b, other.b);
}
