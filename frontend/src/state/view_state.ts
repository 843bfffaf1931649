/**
 * What the views say of themselves once they are drawn, and what is open for the moment.
 *
 * Keys, exports and what is beside a view read it there. It is not in the address: what
 * can be chosen is in `store.ts`.
 */

import { signal } from "@preact/signals";
import type { OrderedRows } from "../data/heat_map";
import type { MultiplesTable } from "../data/multiples";
import type { ColourMapName } from "../drawing/colours";
import type { Script } from "../export_python/script";
import type { DrawnCells } from "../numbers/layout";
import { WHOLE } from "../numbers/lens";
import type { Limits } from "../numbers/limits";
import type { PictureBox } from "../numbers/picture_box";
import type { RelativePosition } from "../numbers/receptive_field";
import { type Panels, START_PANELS } from "./panels";
import type { State } from "./state";

/** A value of a channel, such as the one under the cursor. */
export interface Pointed {
  channel: number;
  row: number;
  column: number;
}

/** The colours of a view, and whether any of what they show is below zero. */
export interface ColoursInUse {
  name: ColourMapName;
  negative: boolean;
}

export const viewState = {
  /** The channels in the order that the view shows them: what `[` and `]` go through. */
  channelOrder: signal<readonly number[]>([]),
  /** The value under the cursor; all pictures of the same layer mark it. */
  pointed: signal<Pointed | null>(null),
  /** The place of the picture under the cursor, which the maps mark as far as they see it. */
  pointedPlace: signal<RelativePosition | null>(null),
  /** The box that is being dragged on the picture; null while none is. */
  draggedBox: signal<PictureBox | null>(null),
  /** What channels were sorted by before a box was drawn; null for what they are at first. */
  sortBeforeBox: signal<State["sort"] | null>(null),
  /** How large the maps are that are drawn; null before any were. */
  drawnCells: signal<DrawnCells | null>(null),
  /** Between which values the colours of the view are spread; null before any are drawn. */
  limitsInUse: signal<Limits | null>(null),
  /** The colours of the view; null before any are drawn. */
  coloursInUse: signal<ColoursInUse | null>(null),
  /** The part that is seen of the pictures of a channel: the same of all of them. */
  lens: signal(WHOLE),
  /** All rows of small multiples, for exports; null before they were drawn. */
  multiples: signal<MultiplesTable | null>(null),
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
  /** Whether help is open. */
  helpOpen: signal(false),
  /** Whether the first steps are shown; null until people say so: then once a browser. */
  firstStepsShown: signal<boolean | null>(null),
  /** The Python that is shown; null for none. */
  script: signal<Script | null>(null),
  /** Whether new data are looked for again and again. */
  live: signal(false),
  /** What a key did where that is not seen; said for a while, each time anew. */
  said: signal({ words: "" }),
  /** Whether an answer is on its way. */
  loading: signal(false),
  /** What TensorBoard's own list of runs is filtered by. */
  hostRunFilter: signal(""),
  /** How wide the panels are, and which are folded. */
  panels: signal<Panels>(START_PANELS),
  /** Whether the page is dark. */
  dark: signal(false),
};
