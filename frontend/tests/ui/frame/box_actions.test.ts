import { beforeEach, expect, it } from "vitest";
import { MIDDLE } from "../../../src/numbers/picture_box";
import { START } from "../../../src/state/state";
import { change, state } from "../../../src/state/store";
import { viewState } from "../../../src/state/view_state";
import { drawBox, removeBox, sortByBox } from "../../../src/ui/frame/box_actions";

const L2 = { by: "l2", descending: false } as const;
const BOX = { by: "box", descending: true } as const;

beforeEach(() => {
  state.value = START;
  viewState.sortBeforeBox.value = null;
});

it("a box sorts the channels, and taking it away sorts them as before", () => {
  change({ sort: L2 });
  drawBox(MIDDLE);
  expect([state.value.sort, state.value.box.drawn]).toEqual([BOX, MIDDLE]);
  const other = { ...MIDDLE, right: 0.9 };
  drawBox(other);
  removeBox();
  expect([state.value.sort, state.value.box.drawn]).toEqual([L2, null]);
});

it("the weakest first stays so when the box is moved", () => {
  drawBox(MIDDLE);
  change({ sort: { by: "box", descending: false } });
  drawBox({ ...MIDDLE, left: 0 });
  expect(state.value.sort).toEqual({ by: "box", descending: false });
});

it("another order chosen meanwhile stays when the box is taken away", () => {
  drawBox(MIDDLE);
  change({ sort: L2 });
  removeBox();
  expect(state.value.sort).toEqual(L2);
  sortByBox();
  expect(state.value.sort).toEqual(L2);
});

it("of a link with a box the order at first is what is there without it", () => {
  state.value = { ...START, sort: BOX, box: { drawn: MIDDLE, allInputs: true } };
  removeBox();
  expect([state.value.sort, state.value.box]).toEqual([
    START.sort,
    { drawn: null, allInputs: true },
  ]);
});
