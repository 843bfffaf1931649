import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { drawMap } from "../drawing/pixels";
import { format } from "../drawing/legend";
import type { Maps } from "../numbers/decode";
import { type GridLayout, cellRectangle, gridLayout, hit, visibleRows } from "../numbers/layout";
import type { Paint } from "./colours";
import { type Pointed, pointed } from "./pointer";
import { useSize } from "./size";

const GAP = 4;
const LABEL = 14;

interface Props {
  maps: Maps;
  /** Channels to show, in order. */
  order: readonly number[];
  paint: Paint;
  /** Screen pixels for a value; null to fit. */
  zoom: number | null;
  chosen: number | null;
  pins: readonly number[];
  /** What it is, for who cannot see it. */
  label: string;
  /** How far it is scrolled, where several scroll together. */
  onScroll?: (top: number) => void;
  scrolled?: number;
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
  const available = Math.max(1, Math.floor(size.width * ratio));
  const layout = gridLayout(
    order.length,
    maps.width,
    maps.height,
    available,
    zoom === null ? "fit" : zoom,
    Math.round(GAP * ratio),
    Math.round(LABEL * ratio),
  );
  const width = Math.max(layout.width, 1);
  const height = Math.max(1, Math.floor(size.height * ratio));
  const under = pointed.value;
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current, props, layout, top * ratio, ratio, under);
  });
  useEffect(() => {
    if (props.scrolled !== undefined && box.current) box.current.scrollTop = props.scrolled;
  }, [props.scrolled]);
  const find = (event: MouseEvent): Pointed | null => {
    const area = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const found = hit(
      layout,
      (event.clientX - area.left) * ratio,
      (event.clientY - area.top + top) * ratio,
    );
    const channel = found ? order[found.index] : undefined;
    return found && channel !== undefined
      ? { channel, row: found.row, column: found.column }
      : null;
  };
  return (
    <div
      class="scroll"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label={props.label}
      onScroll={(event) => {
        setTop(event.currentTarget.scrollTop);
        props.onScroll?.(event.currentTarget.scrollTop);
      }}
    >
      <div style={{ height: `${layout.height / ratio}px`, minHeight: "100%" }}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${props.label}: ${order.length} channels`}
          width={width}
          height={height}
          style={{ width: `${width / ratio}px`, height: `${height / ratio}px` }}
          onMouseMove={(event) => (pointed.value = find(event))}
          onMouseLeave={() => (pointed.value = null)}
          onClick={(event) => {
            const found = find(event);
            if (found) props.pick(found.channel);
          }}
        />
        <Tip maps={maps} />
      </div>
    </div>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  { maps, order, paint, chosen, pins }: Props,
  layout: GridLayout,
  top: number,
  ratio: number,
  under: Pointed | null,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(canvas.width, canvas.height);
  const target = { pixels: new Uint32Array(image.data.buffer), width: canvas.width };
  const { first, end } = visibleRows(layout, top, canvas.height);
  const style = getComputedStyle(canvas);
  const shown: { channel: number; x: number; y: number; width: number; height: number }[] = [];
  for (let i = first * layout.columns; i < Math.min(end * layout.columns, order.length); i++) {
    const channel = order[i]!;
    const cell = cellRectangle(layout, i);
    const placed = { ...cell, y: Math.round(cell.y - top) };
    shown.push({ channel, ...placed });
    const options = { smooth: paint.smooth };
    drawMap(target, placed, maps, channel, paint.scale(channel), paint.table, options);
  }
  context.putImageData(image, 0, 0);
  context.textBaseline = "bottom";
  for (const { channel, x, y, width, height } of shown) {
    const pinned = pins.includes(channel);
    context.fillStyle = style.getPropertyValue(channel === chosen ? "--accent" : "--quiet");
    context.font = `${channel === chosen || pinned ? 600 : 400} ${11 * ratio}px ${style.fontFamily}`;
    context.fillText(`${pinned ? "★" : ""}${channel}`, x, y - 1, width);
    if (channel === chosen) {
      context.strokeStyle = style.getPropertyValue("--accent");
      context.lineWidth = 2 * ratio;
      context.strokeRect(x - ratio, y - ratio, width + 2 * ratio, height + 2 * ratio);
    }
    if (under) mark(context, under, { x, y, width, height }, layout, ratio);
  }
}

/** Frame the value under the cursor, in every map. */
function mark(
  context: CanvasRenderingContext2D,
  { row, column }: Pointed,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
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
  context.strokeRect(cx - side / 2 - ratio, cy - rise / 2 - ratio, side + 2 * ratio, rise + 2 * ratio);
  context.strokeStyle = "#fff";
  context.strokeRect(cx - side / 2, cy - rise / 2, side, rise);
}

/** Says in words what is under the cursor. */
function Tip({ maps }: { maps: Maps }) {
  const under = pointed.value;
  if (!under || under.channel >= maps.channels) return null;
  return (
    <output class="tip" data-name="under">
      {`channel ${under.channel}, row ${under.row}, column ${under.column}: ${format(
        valueAt(maps, under),
      )}`}
    </output>
  );
}

/** The value at a place. */
export function valueAt(maps: Maps, { channel, row, column }: Pointed): number {
  return maps.values[(channel * maps.height + row) * maps.width + column] ?? NaN;
}
