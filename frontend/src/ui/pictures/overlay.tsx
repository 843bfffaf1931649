import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { knownPlaces, positionAt } from "../../data/places";
import type { ShownRecord } from "../../data/records";
import { COLOUR_MAPS } from "../../drawing/colours";
import { format, percent } from "../../drawing/legend";
import { drawMap, layOver, veiled } from "../../drawing/pixels";
import type { Maps } from "../../numbers/decode";
import type { Rectangle, Size } from "../../numbers/layout";
import {
  type Alignment,
  align,
  fieldAt,
  positionOn,
  zoomedRegion,
} from "../../numbers/receptive_field";
import type { Scale } from "../../numbers/scale";
import type { MapPosition } from "../../numbers/statistics";
import type { State } from "../../state/state";
import { change, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { drawPicture, frame, pixelsOf, useTheme } from "./canvas";
import type { Paint } from "./paint";

interface Props {
  record: ShownRecord;
  channel: number;
  paint: Paint;
  picture: Maps;
  room: Size;
  inspected: MapPosition | null;
  /** Whether what is pointed at is pointed at in all pictures of the layer. */
  linked?: boolean;
  pick: (position: MapPosition) => void;
}

const MEANING =
  "How far the largest values cover the input. Smaller ones cover it less, in the same " +
  "steps as the colours; what is not finite covers it as far as the largest.";

/** A feature map on the input, as far as its receptive field says where. */
export function Overlay(props: Props) {
  const { record, channel, picture, room, inspected, linked = true } = props;
  const paint = overlayPaint(props.paint, state.value);
  const canvas = useRef<HTMLCanvasElement>(null);
  const ratio = devicePixelRatio || 1;
  // As large as there is room; drawn with whole pixels for those of the picture.
  const shown = Math.min(room.width / picture.width, room.height / picture.height);
  const zoom = shown * ratio < 1 ? shown * ratio : Math.round(shown * ratio);
  const side = {
    width: Math.round(picture.width * zoom),
    height: Math.round(picture.height * zoom),
  };
  const field = record.header.layer.receptive_field ?? null;
  const alignment = align(record.maps, field, picture);
  const { overlay } = state.value;
  const under = linked
    ? (viewState.pointed.value ??
      positionAt(knownPlaces(record), record.maps, viewState.pointedPlace.value))
    : null;
  useTheme();
  const scale = paint.scale(channel);
  const { low, high } = scale.limits;
  const laid = useMemo(() => {
    const cell = zoomedRegion(alignment, zoom);
    return laidOn(picture, record.maps, channel, paint, side, cell, overlay);
  }, [picture, record.maps, channel, paint.key, low, high, side.width, side.height, overlay]);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const accent = getComputedStyle(canvas.current).getPropertyValue("--accent");
    if (laid) context.putImageData(laid, 0, 0);
    for (const [at, colour] of [
      [under, "#fff"],
      [inspected, accent],
    ] as const) {
      // Where it is not known what a position sees, nothing of the input is framed.
      if (!at || !field) continue;
      const seen = fieldAt(field, at.row, at.column, picture.height, picture.width);
      frame(context, zoomedRegion(seen, zoom), colour, ratio);
    }
  });
  const find = (event: MouseEvent): MapPosition | null => {
    const area = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const row = (event.clientY - area.top) / shown;
    const column = (event.clientX - area.left) / shown;
    return positionOn(alignment, record.maps, row, column);
  };
  return (
    <>
      <canvas
        ref={canvas}
        class="enlarged"
        role="img"
        aria-label={`Channel ${channel} on the input ${record.input.name}`}
        width={side.width}
        height={side.height}
        style={{
          width: `${picture.width * shown}px`,
          height: `${picture.height * shown}px`,
        }}
        onMouseMove={(event) => {
          const position = find(event);
          if (linked) viewState.pointed.value = position && { channel, ...position };
        }}
        onMouseLeave={() => (viewState.pointed.value = null)}
        onClick={(event) => {
          const position = find(event);
          if (position) props.pick(position);
        }}
      />
      <span class="corner">
        <label>
          <input
            type="checkbox"
            checked={state.value.overlaySmooth}
            aria-label="Smooth on the input"
            onChange={(event) => change({ overlaySmooth: event.currentTarget.checked })}
          />
          smooth
        </label>
        <label title={MEANING}>
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={overlay}
            aria-label="Opacity"
            aria-valuetext={percent(overlay)}
            onInput={(event) => change({ overlay: Number(event.currentTarget.value) })}
          />
          <span class="values">{percent(overlay)}</span>
        </label>
      </span>
      <p class="quiet lead" title={MEANING}>
        {howOpaque(scale, overlay)} {howAligned(alignment, record)}
      </p>
    </>
  );
}

/** By itself in heat, and smooth: grey is hardly seen on a photograph. */
export function overlayPaint(paint: Paint, { colours, overlaySmooth: smooth }: State): Paint {
  const name = colours === "auto" && paint.name === "gray" ? "heat" : paint.name;
  const key = `${paint.key} on the input ${name} ${smooth}`;
  return { ...paint, name, table: COLOUR_MAPS[name], smooth, key };
}

/** Say which values cover the input, and how far. */
export function howOpaque({ limits, signed }: Scale, opacity: number): string {
  const most = Math.max(Math.abs(limits.low), Math.abs(limits.high));
  const [none, all] = signed ? [0, most] : [limits.low, limits.high];
  return `Transparent at ${format(none)}, ${percent(opacity)} opaque at ${
    signed ? "±" : ""
  }${format(all)}.`;
}

export function howAligned({ known }: Alignment, record: ShownRecord): string {
  const field = record.header.layer.receptive_field;
  if (record.maps.form?.kind === "tokens") {
    const [rows, columns] = record.maps.form.grid.size;
    return known
      ? "Each patch lies where it was cut from."
      : `${rows}×${columns} patches over the whole input: their pixels are not known.`;
  }
  if (!known && field) {
    return "Stretched over all that it sees: its values all see the same part of the picture.";
  }
  if (!field) {
    return "Stretched over the whole input: which part each value sees is not known.";
  }
  const [down, across] = field.stride;
  const far = down === across ? `${down}` : `${down} and ${across}`;
  return `Aligned by the receptive field: a value every ${far} px.`;
}

/** The picture, with a map laid over it in `cell`. */
export function laidOn(
  picture: Maps,
  maps: Maps,
  channel: number,
  paint: Paint,
  side: Size,
  cell: Rectangle,
  opacity: number,
): ImageData | null {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [side.width, side.height];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || !side.width || !side.height) return null;
  context.imageSmoothingEnabled = side.width < picture.width;
  const whole = document.createElement("canvas");
  [whole.width, whole.height] = [picture.width, picture.height];
  drawPicture(whole, picture);
  context.drawImage(whole, 0, 0, side.width, side.height);
  const image = context.getImageData(0, 0, side.width, side.height);
  const under = pixelsOf(image);
  const over = { pixels: new Uint32Array(under.pixels.length), width: side.width };
  const scale = paint.scale(channel);
  const table = veiled(paint.table, scale.signed);
  drawMap(over, cell, maps, channel, scale, table, { smooth: paint.smooth });
  layOver(under, over, opacity);
  return image;
}
