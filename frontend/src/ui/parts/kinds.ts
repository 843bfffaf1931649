/** What a layer is, in words. */

import type { Header } from "../../data/api";

/** The class of a layer, and where it is in a pair of before and after, if it is in one. */
export function kindOf({ class_name: name, kind }: Header["layer"]): string[] {
  return kind === "other" ? [name] : [name, kind];
}
