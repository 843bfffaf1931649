import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { areaIn, type Places, positionAt } from "../../data/places";
import { format } from "../../drawing/legend";
import { drawMap } from "../../drawing/pixels";
import type { Maps } from "../../numbers/decode";
import type { Rectangle, Size } from "../../numbers/layout";
import { moved, stretched, WHOLE, wheelFactor, zoomed } from "../../numbers/lens";
import type { MapPosition } from "../../numbers/statistics";
import { state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { areaCell, frame, outline, pixelsOf, ring, useTheme } from "./canvas";
import type { Paint } from "./paint";

/** Room for frames around what is at the edge, in CSS pixels. */
const EDGE = 3;
/** No side is drawn shorter, in CSS pixels: below that no value can be pointed at. */
const SHORTEST = 48;

interface Props {
  maps: Maps;
  channel: number;
  paint: Paint;
  /** Where the maps lie on the picture of the input, as far as that is known. */
  places: Places | null;
  room: Size;
  /** Where the maximum is. */
  maximum: MapPosition | null;
  /** What is inspected. */
  inspected: MapPosition | null;
  label: string;
  /** Whether what is pointed at is pointed at in all pictures of the layer. */
  linked?: boolean;
  pick: (position: MapPosition) => void;
}

/** The size in pixels at which a map fits, its values being whole pixels if they can. */
export function fitted({ height, width }: Size, room: Size): Size {
  const zoom = Math.min(room.height / height, room.width / width);
  const chosen = zoom < 1 ? zoom : Math.floor(zoom);
  return { height: Math.round(height * chosen), width: Math.round(width * chosen) };
}

/** How much longer, in its own proportion, one of two pictures may be that are alike. */
const ALIKE = 1.1;

/** Whether two pictures have about the same proportions. */
export function alike(one: Size, other: Size): boolean {
  const ratio = (one.width * other.height) / (one.height * other.width);
  return Math.max(ratio, 1 / ratio) <= ALIKE;
}

/** How large a map is drawn in CSS pixels, without the room for frames around it. */
export function enlargedSize(maps: Size, room: Size): Size {
  const ratio = devicePixelRatio || 1;
  const { width, height } = sideIn(maps, room, ratio);
  return { width: width / ratio, height: height / ratio };
}

/** How large a map is drawn in pixels of the screen. */
function sideIn(maps: Size, room: Size, ratio: number): Size {
  const edge = Math.ceil(EDGE * ratio);
  const { width, height } = fitted(maps, {
    width: room.width * ratio - 2 * edge,
    height: room.height * ratio - 2 * edge,
  });
  const least = Math.round(SHORTEST * ratio);
  return { width: Math.max(width, least), height: Math.max(height, least) };
}

/** One feature map, as large as there is room. */
export function Enlarged({ maps, channel, paint, room, linked = true, ...props }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ratio = devicePixelRatio || 1;
  const edge = Math.ceil(EDGE * ratio);
  const side = sideIn(maps, room, ratio);
  const under = linked
    ? (viewState.pointed.value ?? positionAt(props.places, maps, viewState.pointedPlace.value))
    : null;
  const area = areaIn(props.places, maps, viewState.draggedBox.value ?? state.value.box.drawn);
  const cell = through({ x: edge, y: edge, ...side }, maps);
  useTheme();
  useLens(canvas);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const { width, height } = canvas.current;
    const image = context.createImageData(width, height);
    const options = { smooth: paint.smooth };
    drawMap(pixelsOf(image), cell, maps, channel, paint.scale(channel), paint.table, options);
    context.putImageData(image, 0, 0);
    const style = getComputedStyle(canvas.current);
    if (viewState.lens.value.factor === 1) {
      context.strokeStyle = style.getPropertyValue("--frame");
      context.lineWidth = ratio;
      const out = ratio / 2;
      context.strokeRect(cell.x - out, cell.y - out, cell.width + ratio, cell.height + ratio);
    }
    const { maximum, inspected } = props;
    if (area) outline(context, areaCell(cell, maps, area), ratio);
    if (maximum) ring(context, valueCell(cell, maps, maximum), ratio);
    if (under) frame(context, valueCell(cell, maps, under), "#fff", ratio);
    if (inspected) {
      const colour = style.getPropertyValue("--accent");
      frame(context, valueCell(cell, maps, inspected), colour, ratio);
    }
  });
  const find = (event: MouseEvent): MapPosition => {
    const area = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const at = (pixels: number, from: number, length: number, count: number) =>
      Math.min(Math.max(Math.floor(((pixels * ratio - from) * count) / length), 0), count - 1);
    return {
      row: at(event.clientY - area.top, cell.y, cell.height, maps.height),
      column: at(event.clientX - area.left, cell.x, cell.width, maps.width),
    };
  };
  const width = side.width + 2 * edge;
  const height = side.height + 2 * edge;
  return (
    <canvas
      ref={canvas}
      class="enlarged"
      role="img"
      aria-label={props.label}
      width={width}
      height={height}
      style={{ width: `${width / ratio}px`, height: `${height / ratio}px` }}
      onMouseMove={(event) => {
        if (linked) viewState.pointed.value = { channel, ...find(event) };
      }}
      onMouseLeave={() => (viewState.pointed.value = null)}
      onClick={(event) => props.pick(find(event))}
    />
  );
}

/** Where a value of a map is, the map filling `cell`. */
export function valueCell(
  cell: Rectangle,
  maps: Size,
  { row, column }: MapPosition,
): Rectangle {
  const [width, height] = [cell.width / maps.width, cell.height / maps.height];
  return { x: cell.x + column * width, y: cell.y + row * height, width, height };
}

/** How far the mouse goes before a press is taken for dragging, in pixels. */
const STILL = 4;

/** Let the wheel with Ctrl, or a pinch, zoom a picture, and dragging move it. */
function useLens(canvas: RefObject<HTMLCanvasElement | null>): void {
  const pressed = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const turn = (event: WheelEvent) => {
      // Without Ctrl the wheel scrolls the page.
      if (!event.ctrlKey) return;
      event.preventDefault();
      const area = element.getBoundingClientRect();
      viewState.lens.value = zoomed(viewState.lens.peek(), wheelFactor(event), {
        x: (event.clientX - area.left) / area.width,
        y: (event.clientY - area.top) / area.height,
      });
    };
    const press = ({ clientX: x, clientY: y, button }: PointerEvent) => {
      pressed.current = button === 0 ? { x, y, moved: false } : null;
    };
    const drag = ({ clientX, clientY, buttons }: PointerEvent) => {
      const at = pressed.current;
      if (!at || !(buttons & 1) || viewState.lens.peek().factor === 1) return;
      const [x, y] = [clientX - at.x, clientY - at.y];
      if (!at.moved && Math.hypot(x, y) < STILL) return;
      const area = element.getBoundingClientRect();
      viewState.lens.value = moved(viewState.lens.peek(), x / area.width, y / area.height);
      pressed.current = { x: clientX, y: clientY, moved: true };
    };
    const click = (event: MouseEvent) => {
      // The end of dragging chooses nothing.
      if (pressed.current?.moved) event.stopImmediatePropagation();
      pressed.current = null;
    };
    element.addEventListener("wheel", turn, { passive: false });
    element.addEventListener("pointerdown", press);
    element.addEventListener("pointermove", drag);
    element.addEventListener("click", click, { capture: true });
    return () => {
      element.removeEventListener("wheel", turn);
      element.removeEventListener("pointerdown", press);
      element.removeEventListener("pointermove", drag);
      element.removeEventListener("click", click, { capture: true });
      viewState.lens.value = WHOLE;
    };
  }, []);
}

/** Where a picture of so many values is, if it fills `cell` as a whole. */
function through(cell: Rectangle, values: Size): Rectangle {
  const { factor, x, y } = viewState.lens.value;
  const across = stretched(cell.width, values.width, { factor, start: x });
  const down = stretched(cell.height, values.height, { factor, start: y });
  return {
    x: cell.x + across.from,
    y: cell.y + down.from,
    width: across.length,
    height: down.length,
  };
}

/** Says that only a part is seen, and leads back to all of it. */
export function LensNote() {
  const { factor } = viewState.lens.value;
  if (factor === 1) return null;
  return (
    <span class="lens values">
      {`${format(Number(factor.toPrecision(2)))}× `}
      <button type="button" class="link" onClick={() => (viewState.lens.value = WHOLE)}>
        whole
      </button>
    </span>
  );
}
