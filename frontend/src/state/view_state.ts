/**
 * What the views say of themselves once they are drawn, and what is open for the moment.
 *
 * Keys, exports and what is beside a view read it there. It is not in the address: what
 * can be chosen is in `store.ts`.
 */

import { signal } from "@preact/signals";
import type { OrderedRows } from "../data/heat_map";
import type { Multiple } from "../data/multiples";
import type { Answer } from "../data/queries";
import type { Script } from "../export_python/script";
import type { DrawnCells } from "../numbers/layout";
import { WHOLE } from "../numbers/lens";
import type { Limits } from "../numbers/limits";

/** A value of a channel, such as the one under the cursor. */
export interface Pointed {
  channel: number;
  row: number;
  column: number;
}

/** The cells of small multiples that are in sight: row by row, so many in each. */
export interface MultiplesInSight {
  cells: {
    run: string;
    /** The feature map, or why there is none yet or at all. */
    answer: Answer<Multiple>;
  }[];
  columns: number;
}

export const viewState = {
  /** The channels in the order that the view shows them: what `[` and `]` go through. */
  channelOrder: signal<readonly number[]>([]),
  /** The value under the cursor; all pictures of the same layer mark it. */
  pointed: signal<Pointed | null>(null),
  /** How large the maps are that are drawn; null before any were. */
  drawnCells: signal<DrawnCells | null>(null),
  /** Between which values the colours of the view are spread; null before any are drawn. */
  limitsInUse: signal<Limits | null>(null),
  /** The part that is seen of the pictures of a channel: the same of all of them. */
  lens: signal(WHOLE),
  /** What of small multiples is exported: what is seen; null before they were drawn. */
  multiplesInSight: signal<MultiplesInSight | null>(null),
  /** The rows of the heat map as they are ordered; null before it was drawn. */
  heatMapRows: signal<OrderedRows | null>(null),
  /** The channel that the inputs were asked about; they open at the top of their ranking else. */
  inputsChannel: signal<number | null>(null),
  /** Whether the steps are being played. */
  playing: signal(false),
  /** Whether a comparison that blinks shows side B. */
  showsB: signal(false),
  /** Whether it blinks by itself. */
  blinksByItself: signal(false),
  /** Whether the table of keys is open. */
  keysOpen: signal(false),
  /** The Python that is shown; null for none. */
  script: signal<Script | null>(null),
  /** Whether the page is dark. */
  dark: signal(false),
};
