import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Shown } from "../data/shown";
import { percent } from "../drawing/legend";
import { drawMap } from "../drawing/pixels";
import { type Alignment, align, positionOn } from "../numbers/alignment";
import type { Maps } from "../numbers/decode";
import { fieldAt } from "../numbers/receptive";
import type { Place } from "../numbers/statistics";
import { change, state } from "../state/store";
import type { Paint } from "./colours";
import { type Room, fitted, valueCell } from "./enlarged";
import { frame } from "./frames";
import { picturePixels } from "./picture";
import { pointed } from "./pointer";

interface Props {
  one: Shown;
  channel: number;
  paint: Paint;
  picture: Maps;
  room: Room;
  place: Place | null;
  pick: (place: Place) => void;
}

/** A feature map on the input, as far as its receptive field says where. */
export function Overlay(props: Props) {
  const { one, channel, paint, picture, room, place } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const ratio = devicePixelRatio || 1;
  const side = fitted(picture, { width: room.width * ratio, height: room.height * ratio });
  const zoom = side.width / picture.width;
  const field = one.header.layer.receptive_field ?? null;
  const alignment = align(one.maps, field, picture);
  const { overlay } = state.value;
  const under = pointed.value;
  const input = useMemo(() => asCanvas(picturePixels(picture), picture), [picture]);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const accent = getComputedStyle(canvas.current).getPropertyValue("--accent");
    context.imageSmoothingEnabled = zoom < 1;
    context.clearRect(0, 0, side.width, side.height);
    context.drawImage(input, 0, 0, side.width, side.height);
    const cell = enlarged(alignment, zoom);
    context.globalAlpha = overlay;
    context.drawImage(mapCanvas(one.maps, channel, paint, cell), cell.x, cell.y);
    context.globalAlpha = 1;
    for (const [at, colour, thick] of [
      [under, "#fff", 1],
      [place, accent, 1.5],
    ] as const) {
      if (!at) continue;
      const seen = field && fieldAt(field, at.row, at.column, picture.height, picture.width);
      const region = seen ? enlarged(seen, zoom) : valueCell(cell, one.maps, at);
      frame(context, region, colour, thick * ratio);
    }
  });
  const find = (event: MouseEvent): Place | null => {
    const area = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const row = ((event.clientY - area.top) * ratio) / zoom;
    const column = ((event.clientX - area.left) * ratio) / zoom;
    return positionOn(alignment, one.maps, row, column);
  };
  return (
    <>
      <canvas
        ref={canvas}
        class="enlarged"
        role="img"
        aria-label={`Channel ${channel} on the input ${one.input.name}`}
        width={side.width}
        height={side.height}
        style={{ width: `${side.width / ratio}px`, height: `${side.height / ratio}px` }}
        onMouseMove={(event) => {
          const found = find(event);
          pointed.value = found && { channel, ...found };
        }}
        onMouseLeave={() => (pointed.value = null)}
        onClick={(event) => {
          const found = find(event);
          if (found) props.pick(found);
        }}
      />
      <div class="tools">
        <label>
          Opacity
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={overlay}
            aria-valuetext={percent(overlay)}
            onInput={(event) => change({ overlay: Number(event.currentTarget.value) })}
          />
          <span class="values">{percent(overlay)}</span>
        </label>
      </div>
      <p class="quiet lead">{howAligned(alignment, one)}</p>
    </>
  );
}

function howAligned({ known }: Alignment, one: Shown): string {
  const field = one.header.layer.receptive_field;
  if (!known || !field) {
    return "Stretched over the whole input: the receptive field of the layer is not known.";
  }
  const [down, across] = field.stride;
  const far = down === across ? `${down}` : `${down} and ${across}`;
  return `Aligned by the receptive field: a value every ${far} px.`;
}

/** Pixels of the input as pixels of the screen, none of a side lost. */
function enlarged(region: { row: number; column: number } & Room, zoom: number) {
  const x = Math.round(region.column * zoom);
  const y = Math.round(region.row * zoom);
  return {
    x,
    y,
    width: Math.max(1, Math.round((region.column + region.width) * zoom) - x),
    height: Math.max(1, Math.round((region.row + region.height) * zoom) - y),
  };
}

function mapCanvas(maps: Maps, channel: number, paint: Paint, side: Room): HTMLCanvasElement {
  const pixels = new Uint32Array(side.width * side.height);
  const cell = { x: 0, y: 0, width: side.width, height: side.height };
  const options = { smooth: paint.smooth };
  const target = { pixels, width: side.width };
  drawMap(target, cell, maps, channel, paint.scale(channel), paint.table, options);
  return asCanvas(pixels, side);
}

function asCanvas(pixels: Uint32Array, { width, height }: Room): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context?.createImageData(width, height);
  if (context && image) {
    new Uint32Array(image.data.buffer).set(pixels);
    context.putImageData(image, 0, 0);
  }
  return canvas;
}
