/** What of small multiples and heat maps is in sight: what is exported is what is seen. */

import { signal } from "@preact/signals";
import type { OrderedRows } from "../data/heat_map";
import type { Multiple } from "../data/multiples";
import type { Answer } from "../data/queries";

/** A feature map, or why there is none yet or at all. */
interface Cell {
  run: string;
  answer: Answer<Multiple>;
}

/** Cells row by row, so many in each. */
export interface InSight {
  cells: Cell[];
  columns: number;
}

/** The cells in sight; null before the view was drawn. */
export const inSightNow = signal<InSight | null>(null);

/** The rows of the heat map as they are ordered; null before the view was drawn. */
export const rowsNow = signal<OrderedRows | null>(null);
