import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { areaIn, type Places, positionAt } from "../../data/places";
import { format } from "../../drawing/legend";
import { type Maps, valueAt } from "../../numbers/decode";
import {
  cellRectangle,
  type GridLayout,
  hit,
  type Rectangle,
  visibleRows,
} from "../../numbers/layout";
import { channelNoun, pointWords } from "../../numbers/map_form";
import { mapsLayout } from "../../numbers/plot_layout";
import type { MapArea } from "../../numbers/receptive_field";
import type { MapPosition } from "../../numbers/statistics";
import { state } from "../../state/store";
import { type Pointed, viewState } from "../../state/view_state";
import { type Mouse, usePointing } from "../hooks/pointer";
import { useSize } from "../hooks/size";
import { useWheelZoom } from "../hooks/wheel_zoom";
import { areaCell, outline, pixelsOf, useTheme } from "./canvas";
import { apartSide, drawChannel } from "./map_drawing";
import type { Paint } from "./paint";
import "./channels.css";

const GAP = 4;
const LABEL = 14;
/** Width of the line around a cell, in CSS pixels: one of the page's colour has an edge. */
const FRAME = 1;

interface Props {
  maps: Maps;
  /** Of units, the values for other inputs too, with the names of all, these first. */
  beside?: readonly Maps[];
  names?: readonly string[];
  /** Channels to show, in order. */
  order: readonly number[];
  /** What each channel is sorted by, to be said beside its number. */
  scores?: Float64Array | null;
  paint: Paint;
  /** Where they lie on the picture of the input, as far as that is known. */
  places: Places | null;
  /** Screen pixels for a value; null to fit. */
  zoom: number | null;
  chosen: number | null;
  pins: readonly number[];
  /** Whether it is these maps that say how large values are drawn. */
  leads?: boolean;
  /** What it is, for people who cannot see it. */
  label: string;
  pick: (channel: number) => void;
}

/** Feature maps in a grid; only the rows in sight are drawn. */
export function Channels(props: Props) {
  const { maps, order, zoom } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [top, setTop] = useState(0);
  const size = useSize(box);
  const ratio = devicePixelRatio || 1;
  const available = Math.max(1, Math.floor((size.width - 2 * FRAME) * ratio));
  const layout = mapsLayout(order.length, maps, {
    availableWidth: available,
    availableHeight: Math.floor(size.height * ratio),
    zoom: zoom ?? "fit",
    gap: Math.round(GAP * ratio),
    label: Math.round(LABEL * ratio),
    ratio,
    bars: 1 + (props.beside?.length ?? 0),
  });
  const width = Math.max(layout.width, 1) + Math.round(FRAME * ratio);
  const height = Math.max(1, Math.floor(size.height * ratio));
  const over = {
    under:
      viewState.pointed.value ?? positionAt(props.places, maps, viewState.pointedPlace.value),
    area: areaIn(props.places, maps, viewState.draggedBox.value ?? state.value.box.drawn),
  };
  useTheme();
  const base = useRef<ImageData | null>(null);
  const { key } = props.paint;
  useLayoutEffect(() => {
    base.current = canvas.current && drawMaps(canvas.current, props, layout, top * ratio);
  }, [
    ...[maps, ...(props.beside ?? [])],
    ...[order.join(), key, top, width, height, layout.cellWidth, layout.cellHeight],
    viewState.dark.value,
  ]);
  useLayoutEffect(() => {
    if (!canvas.current || !base.current) return;
    drawOver(canvas.current, base.current, props, layout, top * ratio, ratio, over);
  });
  const { mapWidth, mapHeight, cellWidth, cellHeight } = layout;
  const at = props.chosen === null ? -1 : order.indexOf(props.chosen);
  const revealed = useRef({ chosen: NaN as number | null, cellHeight: 0, top: 0 });
  useEffect(() => {
    // Not when the order changes: then people look for what is first.
    if (!box.current || at < 0 || !size.height) return;
    const before = revealed.current;
    const isSame = before.chosen === props.chosen;
    const isScrolled = Math.abs(box.current.scrollTop - before.top) >= 1;
    // People look elsewhere, whatever room the words around take.
    if (isSame && isScrolled && before.cellHeight === cellHeight) return;
    // Sizes come one after another while a view opens; only the last is to tell how far.
    if (isSame && !isScrolled) box.current.scrollTop = 0;
    reveal(box.current, layout, at, ratio);
    revealed.current = { chosen: props.chosen, cellHeight, top: box.current.scrollTop };
  }, [props.chosen, size.height, cellHeight]);
  useLayoutEffect(() => {
    if (props.leads === false) return;
    viewState.drawnCells.value = { mapWidth, mapHeight, cellWidth, cellHeight };
  }, [props.leads, mapWidth, mapHeight, cellWidth, cellHeight]);
  useWheelZoom(box, layout, ratio);
  const find = ({ clientX, clientY }: Pick<Mouse, "clientX" | "clientY">): Pointed | null => {
    const area = canvas.current?.getBoundingClientRect();
    if (!area) return null;
    const value = hit(
      layout,
      (clientX - area.left) * ratio,
      (clientY - area.top + top) * ratio,
    );
    const channel = value ? order[value.index] : undefined;
    return value && channel !== undefined
      ? { channel, row: value.row, column: value.column }
      : null;
  };
  const moved = [top, order.join(), mapWidth, mapHeight, cellWidth, cellHeight, layout.columns];
  const { mouse, ...pointing } = usePointing(find, moved);
  return (
    <div class="sight">
      <div
        class="scroll"
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={props.label}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <div
          class="edged"
          style={{
            height: `${layout.height / ratio}px`,
            minHeight: "100%",
            ...edgeStyle(layout, ratio),
          }}
        >
          <canvas
            ref={canvas}
            role="img"
            aria-label={`${props.label}: ${order.length} ${channelNoun(maps.form)}s`}
            width={width}
            height={height}
            style={{ width: `${width / ratio}px`, height: `${height / ratio}px` }}
            {...pointing}
            onClick={(event) => {
              const value = find(event);
              if (value) props.pick(value.channel);
            }}
          />
        </div>
      </div>
      <Tip {...props} top={mouse !== null && mouse.down > size.height / 2} />
    </div>
  );
}

/** The lines on the left of the first column, which has no room for them on the canvas. */
function edgeStyle({ label, cellHeight, gap, height }: GridLayout, ratio: number) {
  const css = (pixels: number) => `${pixels / ratio}px`;
  return {
    "--rows": css(height),
    "--label": css(label),
    "--cell": css(label + cellHeight),
    "--pitch": css(label + cellHeight + gap),
  };
}

/** Scroll to a cell, if it is out of sight. */
function reveal(box: HTMLElement, layout: GridLayout, index: number, ratio: number): void {
  const cell = cellRectangle(layout, index);
  const top = (cell.y - layout.label) / ratio;
  const bottom = (cell.y + cell.height + layout.gap) / ratio;
  box.scrollTop = Math.min(top, Math.max(box.scrollTop, bottom - box.clientHeight));
}

interface ChannelCell extends Rectangle {
  channel: number;
}

/** The cells in sight, where they are on the canvas. */
function cellsInSight(
  order: readonly number[],
  layout: GridLayout,
  top: number,
  height: number,
): ChannelCell[] {
  const { first, end } = visibleRows(layout, top, height);
  return order.slice(first * layout.columns, end * layout.columns).map((channel, i) => {
    const cell = cellRectangle(layout, first * layout.columns + i);
    return { ...cell, channel, y: Math.round(cell.y - top) };
  });
}

/** The maps alone: what stays the same while the cursor moves. */
function drawMaps(
  canvas: HTMLCanvasElement,
  { maps, beside = [], order, paint }: Props,
  layout: GridLayout,
  top: number,
): ImageData | null {
  const image = canvas.getContext("2d")?.createImageData(canvas.width, canvas.height);
  if (!image) return null;
  const target = pixelsOf(image);
  for (const { channel, ...cell } of cellsInSight(order, layout, top, canvas.height)) {
    drawChannel(target, cell, { maps, beside, channel, paint, label: layout.label });
  }
  return image;
}

/** What is marked in every map: the position under the cursor, and what is in the box. */
interface Over {
  under: MapPosition | null;
  area: MapArea | null;
}

/** What lies over the maps: their numbers, and frames around what is looked at. */
function drawOver(
  canvas: HTMLCanvasElement,
  base: ImageData,
  { maps, order, chosen, pins, scores }: Props,
  layout: GridLayout,
  top: number,
  ratio: number,
  { under, area }: Over,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const style = getComputedStyle(canvas);
  context.putImageData(base, 0, 0);
  context.textBaseline = "bottom";
  const font = (weight: number) => `${weight} ${11 * ratio}px ${style.fontFamily}`;
  for (const cell of cellsInSight(order, layout, top, canvas.height)) {
    const { channel, x, y, width, height } = cell;
    context.strokeStyle = style.getPropertyValue("--frame");
    context.lineWidth = FRAME * ratio;
    const out = (FRAME * ratio) / 2;
    context.strokeRect(x - out, y - out, width + 2 * out, height + 2 * out);
    const pinned = pins.includes(channel);
    const score = scores?.[channel];
    const label = `${pinned ? "★" : ""}${channel}`;
    context.fillStyle = style.getPropertyValue(channel === chosen ? "--accent" : "--ink");
    context.font = font(channel === chosen || pinned ? 700 : score === undefined ? 400 : 600);
    context.fillText(label, x, y - 1, width);
    if (score !== undefined) {
      // Next to its own number, so that the next channel's stands apart.
      const from = context.measureText(label).width + 5 * ratio;
      const text = format(score);
      context.font = font(400);
      context.fillStyle = style.getPropertyValue("--quiet");
      const squares = (maps.apart?.width ?? 0) * (apartSide(layout.label) + 1);
      const fits = context.measureText(text).width <= width - from - squares;
      if (fits) context.fillText(text, x + from, y - 1);
    }
    if (channel === chosen) {
      context.strokeStyle = style.getPropertyValue("--accent");
      context.lineWidth = 2 * ratio;
      context.strokeRect(x - ratio, y - ratio, width + 2 * ratio, height + 2 * ratio);
    }
    if (area) outline(context, areaCell(cell, maps, area), ratio);
    // Another picture may be larger than these maps.
    const inside = under && under.row < layout.mapHeight && under.column < layout.mapWidth;
    if (inside) mark(context, under, cell, layout, ratio);
  }
}

/** Frame the value under the cursor, in every map. */
function mark(
  context: CanvasRenderingContext2D,
  { row, column }: MapPosition,
  { x, y, width, height }: Rectangle,
  layout: GridLayout,
  ratio: number,
): void {
  const left = x + (column * width) / layout.mapWidth;
  const top = y + (row * height) / layout.mapHeight;
  const side = Math.max(layout.scaleX, 5 * ratio);
  const rise = Math.max(layout.scaleY, 5 * ratio);
  context.lineWidth = ratio;
  context.strokeStyle = "#000";
  const [cx, cy] = [left + layout.scaleX / 2, top + layout.scaleY / 2];
  context.strokeRect(
    cx - side / 2 - ratio,
    cy - rise / 2 - ratio,
    side + 2 * ratio,
    rise + 2 * ratio,
  );
  context.strokeStyle = "#fff";
  context.strokeRect(cx - side / 2, cy - rise / 2, side, rise);
}

interface TipProps extends Pick<Props, "maps" | "beside" | "names"> {
  top?: boolean;
}

/** Says in words what is under the cursor; on top where that is not what is looked at. */
export function Tip({ maps, beside = [], names, top = false }: TipProps) {
  const under = viewState.pointed.value;
  if (!under || under.channel >= maps.channels) return null;
  return (
    <output class={`tip ${top ? "top" : ""}`} data-name="under">
      {`${pointWords(maps.form, under)}: ${[maps, ...beside]
        .map((one, i) => [names?.[i], format(valueAt(one, under))].filter(Boolean).join(" "))
        .join(" · ")}`}
    </output>
  );
}
