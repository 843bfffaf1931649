/** What a view holds, and the files that are made of it. */

import type { Answer } from "../../data/queries";
import type { Table } from "../../drawing/csv";
import type { NamedArray } from "../../drawing/npy";
import type { State } from "../../state/state";
import type { Sheet } from "./sheet";

/** What the files of a view hold, in words. */
export interface FileWords {
  /** What there is a picture of, and of what the numbers are. */
  picture: string;
  numbers: string;
  /** Why nothing changes with the steps; null where it does. */
  still: string | null;
}

/** Makes files of what a view holds, `Content`. */
export interface ViewContent<Content> {
  /** What the view holds; if it is another step of `like`, of the same channels as that. */
  of: (chosen: State, like: Content | null) => Answer<Content>;
  /** A picture of each moment, all on one scale, in the colours of the page. */
  sheets: (
    moments: readonly Content[],
    chosen: State,
    page: CSSStyleDeclaration,
  ) => Answer<Sheet[]>;
  arrays: (content: Content, chosen: State) => readonly NamedArray[];
  table: (content: Content, chosen: State) => Table;
  /** What the name of a file says of it. */
  nameParts: (content: Content, chosen: State) => readonly (string | number)[];
  words: (chosen: State) => FileWords;
  /** What can be left out of pictures that are too large. */
  fewer: string;
}
