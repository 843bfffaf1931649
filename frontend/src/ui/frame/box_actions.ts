/** Drawing a box on the input's picture, and taking it away. */

import type { PictureBox } from "../../numbers/picture_box";
import { START } from "../../state/state";
import { change, state } from "../../state/store";
import { viewState } from "../../state/view_state";

/** Draw a box, and sort the channels by their response in it, the strongest first. */
export function drawBox(drawn: PictureBox): void {
  const { box, sort } = state.peek();
  const sorts = sort.by === "box";
  if (!sorts) viewState.sortBeforeBox.value = sort;
  change({
    box: { ...box, drawn },
    sort: sorts ? sort : { by: "box", descending: true },
  });
}

/** Sort the channels by the box that is drawn. */
export function sortByBox(): void {
  const { drawn } = state.peek().box;
  if (drawn) drawBox(drawn);
}

/** Take the box away; the channels are sorted as before it. */
export function removeBox(): void {
  const { box, sort } = state.peek();
  if (!box.drawn) return;
  const before = viewState.sortBeforeBox.peek() ?? START.sort;
  viewState.sortBeforeBox.value = null;
  change({ box: { ...box, drawn: null }, sort: sort.by === "box" ? before : sort });
}
