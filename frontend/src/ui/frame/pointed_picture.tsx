import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { boxMeaning } from "../../data/order_words";
import { areaIn, placesOf, positionAt } from "../../data/places";
import { inputNames, type ShownRecord } from "../../data/records";
import type { Maps } from "../../numbers/decode";
import type { Size } from "../../numbers/layout";
import {
  boxBetween,
  countIn,
  MIDDLE,
  movedBox,
  type PictureBox,
  regionOf,
  resizedBox,
} from "../../numbers/picture_box";
import {
  fieldAt,
  type MapArea,
  type Region,
  type RelativePosition,
} from "../../numbers/receptive_field";
import { change, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { useKnown } from "../hooks/latest";
import { placeUnder } from "../hooks/pointer";
import { drawPicture } from "../pictures/canvas";
import { drawBox, removeBox, sortByBox } from "./box_actions";
import "./pointed_picture.css";

/** How far the pointer goes before a press is taken for dragging, in pixels. */
const STILL = 4;
/** What a press of an arrow moves or resizes a box by, as a share of the picture. */
const STEP = 0.02;

const HOW = "Point to mark the place in all maps. Drag a box to sort the channels by it.";
/** What keys do while the picture has the focus. */
export const PICTURE_KEYS =
  "While the picture has the focus, Enter draws a box, the arrows move it, with Shift they " +
  "resize it, and Esc removes it.";
const BY_SHARE = {
  unknown: "By share of the picture: where this layer looks is not known.",
  same: "By share of the picture: each value of this layer sees the same part of it.",
} as const;

interface Props {
  record: ShownRecord;
  picture: Maps;
}

/** The input's picture, which can be pointed at, and boxes be drawn on. */
export function PointedPicture({ record, picture }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pressed = useRef<{ x: number; y: number; place: RelativePosition } | null>(null);
  const dragged = viewState.draggedBox.value;
  const places = useKnown(placesOf(record));
  useLayoutEffect(() => {
    if (canvas.current) drawPicture(canvas.current, picture);
  });
  useEffect(() => leave, []);
  const { name } = record.input;
  const picked = places?.reason === null ? places : null;
  const region = regionUnder(record, picture, picked);
  const drawn = dragged ?? state.value.box.drawn;
  const end = () => {
    pressed.current = null;
    viewState.draggedBox.value = null;
  };
  const pointing = {
    onPointerDown: (event: PointerEvent) => {
      if (!picked || event.button !== 0) return;
      const target = event.currentTarget as HTMLElement;
      target.setPointerCapture(event.pointerId);
      pressed.current = { x: event.clientX, y: event.clientY, place: placeUnder(event) };
    },
    onPointerMove: (event: PointerEvent) => {
      const place = placeUnder(event);
      viewState.pointedPlace.value = place;
      const from = pressed.current;
      if (!from) return;
      const far = Math.hypot(event.clientX - from.x, event.clientY - from.y);
      if (!viewState.draggedBox.peek() && far < STILL) return;
      viewState.draggedBox.value = boxBetween(from.place, place);
    },
    onPointerUp: (event: PointerEvent) => {
      const box = viewState.draggedBox.peek();
      end();
      if (box && picked) drawBox(box);
      // What was drawn with the mouse is done with: the keys are for the view again.
      (event.currentTarget as HTMLElement).blur();
    },
    onPointerCancel: end,
    onPointerLeave: () => (viewState.pointedPlace.value = null),
    onKeyDown: (event: KeyboardEvent) => {
      if (!picked || event.ctrlKey || event.metaKey || event.altKey) return;
      const { drawn: before } = state.peek().box;
      if (event.key === "Escape" && pressed.current) end();
      else if (event.key === "Escape" && before) removeBox();
      else {
        const next = boxAfter(before, event);
        if (!next) return;
        drawBox(next);
      }
      // Else the page would go a step on, or to another view.
      event.preventDefault();
      event.stopPropagation();
    },
  };
  return (
    <div
      class={`framed ${picked ? "pointed-picture" : ""}`}
      role="group"
      tabIndex={picked ? 0 : undefined}
      aria-label={picked ? `Input ${name}. ${PICTURE_KEYS}` : `Input ${name}`}
      {...pointing}
    >
      <canvas
        ref={canvas}
        class="picture"
        role="img"
        aria-label={`Input ${name}`}
        width={picture.width}
        height={picture.height}
      />
      {region && <Frame name="region" region={region} picture={picture} />}
      {drawn && <Frame name="drawn-box" region={regionOf(drawn, picture)} picture={picture} />}
    </div>
  );
}

/** Nothing is pointed at or dragged where there is no picture any more. */
function leave(): void {
  viewState.pointedPlace.value = null;
  viewState.draggedBox.value = null;
}

/** What of the input the position sees that is under the cursor, here or in a map. */
function regionUnder(
  record: ShownRecord,
  picture: Size,
  places: Parameters<typeof positionAt>[0],
): Region | null {
  const field = record.header.layer.receptive_field;
  const at =
    viewState.pointed.value ?? positionAt(places, record.maps, viewState.pointedPlace.value);
  if (!at || !field) return null;
  return fieldAt(field, at.row, at.column, picture.height, picture.width);
}

/** The box after a key; null where the key does nothing to it. */
function boxAfter(box: PictureBox | null, { key, shiftKey }: KeyboardEvent): PictureBox | null {
  const ways: { [key: string]: readonly [number, number] } = {
    ArrowLeft: [-STEP, 0],
    ArrowRight: [STEP, 0],
    ArrowUp: [0, -STEP],
    ArrowDown: [0, STEP],
  };
  const way = ways[key];
  if (!way) return key === "Enter" && !box ? MIDDLE : null;
  if (!box) return MIDDLE;
  return shiftKey ? resizedBox(box, ...way) : movedBox(box, ...way);
}

interface FrameProps {
  name: string;
  region: Region;
  picture: Size;
}

/** Two thin lines around a region of the picture that they lie on, however large it is. */
function Frame({ name, region, picture }: FrameProps) {
  const share = (part: number, whole: number) => `${(100 * part) / whole}%`;
  return (
    <span
      class={name}
      style={{
        left: share(region.column, picture.width),
        top: share(region.row, picture.height),
        width: share(region.width, picture.width),
        height: share(region.height, picture.height),
      }}
    />
  );
}

/** What pointing at the picture and a box on it do, and for which inputs; else why nothing. */
export function BoxLine({ record }: { record: ShownRecord }) {
  const places = useKnown(placesOf(record));
  if (!places) return null;
  const { box, sort } = state.value;
  const drawn = viewState.draggedBox.value ?? box.drawn;
  const inside = areaIn(places, record.maps, drawn);
  const meaning = boxMeaning(box.allInputs);
  const isByShare = places.reason === null && !places.alignment.known;
  const why = record.header.layer.receptive_field ? BY_SHARE.same : BY_SHARE.unknown;
  const share = isByShare ? ` ${why}` : "";
  return (
    <div class="box-line">
      <output class="quiet" data-name="box" title={inside ? meaning : PICTURE_KEYS}>
        {places.reason ?? (inside ? howMany(inside, record.maps) : HOW)}
        {share}
      </output>
      {inside && <WhichInputs all={inputNames(record.header).length} />}
      {inside && sort.by !== "box" && (
        <button type="button" title={meaning} onClick={sortByBox}>
          Sort by the box
        </button>
      )}
      {drawn && (
        <button
          type="button"
          aria-label="Remove the box"
          title="Remove the box (Esc)"
          onClick={removeBox}
        >
          ×
        </button>
      )}
    </div>
  );
}

function howMany(inside: MapArea, { height, width }: Size): string {
  const count = countIn(inside);
  return `${count} of the ${height * width} values of each map ${count === 1 ? "is" : "are"} in the box.`;
}

/** For which inputs channels are sorted by the box, where there are several. */
function WhichInputs({ all }: { all: number }) {
  const { box } = state.value;
  if (all < 2) return null;
  const choose = (allInputs: boolean) => {
    change({ box: { ...box, allInputs } });
    sortByBox();
  };
  return (
    <span class="switch" role="group" aria-label="Response in the box for">
      <button type="button" aria-pressed={!box.allInputs} onClick={() => choose(false)}>
        this input
      </button>
      <button type="button" aria-pressed={box.allInputs} onClick={() => choose(true)}>
        all {all} inputs
      </button>
    </span>
  );
}
