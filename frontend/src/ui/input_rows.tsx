import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Shown, pictureOf } from "../data/shown";
import { format } from "../drawing/legend";
import type { Maps } from "../numbers/decode";
import { type GridLayout, gridLayout, hit } from "../numbers/layout";
import { valueAt } from "./channels";
import { GUTTER, type Rows, drawRows } from "./input_drawing";
import { drawPicture } from "./picture";
import { pointed } from "./pointer";
import { useSize } from "./size";
import { useSteady } from "./steady";

const GAP = 8;
/** Room for the names and pictures on top. */
const HEAD = 112;
/** How wide a map becomes in "fit". */
const USUAL = 88;

interface Props extends Rows {
  /** Which two are compared. */
  pair: readonly [number, number];
  /** What the scores are. */
  scored: string;
  /** Screen pixels for a value; null to fit. */
  zoom: number | null;
  /** Called with the input of a map, or null for a difference. */
  pick: (channel: number, input: string | null) => void;
}

/** A row for each channel, a column for each input; only what is in sight is drawn. */
export function InputRows(props: Props) {
  const { all, between, ranking, zoom, chosen } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scroll, setScroll] = useState({ top: 0, left: 0 });
  const [column, setColumn] = useState<number | null>(null);
  const size = useSize(box);
  const ratio = devicePixelRatio || 1;
  const layout = rowsLayout(between, ranking.length, all.length + 1, zoom, ratio);
  const pitch = (layout.cellHeight + layout.gap) / ratio;
  const wide = (layout.cellWidth + layout.gap) / ratio;
  const room = {
    width: Math.max(1, Math.floor(size.width * ratio)),
    height: Math.max(1, Math.floor((size.height - HEAD) * ratio)),
  };
  useLayoutEffect(() => {
    if (canvas.current) drawRows(canvas.current, props, layout, scroll, ratio);
  });
  const at = chosen === null ? -1 : ranking.indexOf(chosen);
  useEffect(() => {
    const element = box.current;
    if (!element || at < 0) return;
    const below = (at + 1) * pitch - (element.clientHeight - HEAD);
    if (at * pitch < element.scrollTop) element.scrollTop = at * pitch;
    else if (below > element.scrollTop) element.scrollTop = below;
  }, [at, pitch]);
  const find = (event: MouseEvent) => {
    const area = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const x = event.clientX - area.left - GUTTER;
    if (x < 0) return null;
    const y = event.clientY - area.top + scroll.top;
    const found = hit(layout, (x + scroll.left) * ratio, y * ratio);
    const channel = found && ranking[Math.floor(found.index / layout.columns)];
    if (!found || channel === undefined || channel === null) return null;
    const { row, column, index } = found;
    return { place: { channel, row, column }, number: index % layout.columns };
  };
  return (
    <div
      class="scroll inputs"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label="Feature maps by input"
      onScroll={({ currentTarget: { scrollTop: top, scrollLeft: left } }) =>
        setScroll({ top, left })
      }
    >
      <div
        style={{
          height: `${HEAD + layout.height / ratio}px`,
          minHeight: "100%",
          minWidth: `${GUTTER + layout.width / ratio}px`,
        }}
      >
        <Heads {...props} wide={wide} />
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${ranking.length} channels for ${all.length} inputs`}
          width={room.width}
          height={room.height}
          style={{ width: `${room.width / ratio}px`, height: `${room.height / ratio}px` }}
          onMouseMove={(event) => {
            const found = find(event);
            setColumn(found?.number ?? null);
            pointed.value = found?.place ?? null;
          }}
          onMouseLeave={() => (pointed.value = null)}
          onClick={(event) => {
            const found = find(event);
            if (found) props.pick(found.place.channel, all[found.number]?.input.name ?? null);
          }}
        />
        <Values {...props} hovered={column} />
      </div>
    </div>
  );
}

function rowsLayout(
  { width, height }: Maps,
  rows: number,
  columns: number,
  zoom: number | null,
  ratio: number,
): GridLayout {
  const fit = (USUAL * ratio) / Math.max(width, height);
  const chosen = zoom ?? (fit < 1 ? fit : Math.min(Math.floor(fit), 16));
  const gap = Math.round(GAP * ratio);
  const lay = (count: number, room: number) =>
    gridLayout(count, width, height, room, chosen, gap);
  return lay(rows * columns, columns * (lay(1, 1).cellWidth + gap) - gap);
}

function Heads({ all, pair, wide, scored }: Props & { wide: number }) {
  return (
    <div class="heads" style={{ height: `${HEAD}px` }}>
      <div class="head gutter quiet" style={{ width: `${GUTTER}px` }}>
        {scored}
      </div>
      {all.map((one, i) => (
        <div class="head" key={one.input.name} style={{ width: `${wide}px` }}>
          <Picture one={one} />
          <span class="name" title={one.input.name}>
            {pair[0] === i && <b>A </b>}
            {pair[1] === i && <b>B </b>}
            {one.input.name}
          </span>
        </div>
      ))}
      <div class="head" style={{ width: `${wide}px` }}>
        <span class="name">
          <b>A − B</b>
        </span>
      </div>
    </div>
  );
}

function Picture({ one }: { one: Shown }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useSteady(pictureOf(one.run, one.place.step, one.input.name)).value;
  useLayoutEffect(() => {
    if (canvas.current && picture) drawPicture(canvas.current, picture, null);
  });
  if (!picture) return <span class="quiet none">no picture</span>;
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={`Input ${one.input.name}`}
      width={picture.width}
      height={picture.height}
    />
  );
}

/** Says in words what the inputs have under the cursor. */
function Values(props: Props & { hovered: number | null }) {
  const { all, pair, between, ranking, hovered } = props;
  const under = pointed.value;
  if (!under || !ranking.includes(under.channel)) return null;
  const { channel, row, column } = under;
  const told = all.flatMap((one, i) => {
    if (!pair.includes(i) && i !== hovered) return [];
    return [`${one.input.name} ${format(valueAt(one.maps, under))}`];
  });
  return (
    <output class="tip" data-name="under">
      {`channel ${channel}, row ${row}, column ${column}: ${told.join(" · ")} · A − B ${format(
        valueAt(between, under),
      )}`}
    </output>
  );
}
