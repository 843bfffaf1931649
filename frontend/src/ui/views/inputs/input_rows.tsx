import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { classesOf } from "../../../data/inputs";
import { INPUT } from "../../../data/resources";
import { format } from "../../../drawing/legend";
import { hit } from "../../../numbers/layout";
import { rowsLayout } from "../../../numbers/row_layout";
import { viewState } from "../../../state/view_state";
import { type Mouse, usePointing } from "../../hooks/pointer";
import { useSize } from "../../hooks/size";
import { useTheme } from "../../pictures/canvas";
import { valueAt } from "../../pictures/channels";
import { drawRows, GUTTER, type Rows } from "./input_drawing";
import { headHeight, InputHeads } from "./input_heads";

const GAP = 8;
/** How wide a map becomes at least in "fit". */
const USUAL = 88;
/** How many classes are told of. */
const CLASSES = 3;

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
  const { all, between, pair, ranking, zoom, chosen } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scroll, setScroll] = useState({ top: 0, left: 0 });
  const [column, setColumn] = useState<number | null>(null);
  const size = useSize(box);
  useTheme();
  const ratio = devicePixelRatio || 1;
  const classes = classesOf(
    all.map((one) => one.input),
    pair,
    CLASSES,
  );
  const pictured = all.some(({ run }) => run.tags.some((tag) => tag.layer === INPUT));
  const head = headHeight({ classes, pictured });
  const room = {
    width: Math.max(1, Math.floor(size.width * ratio)),
    height: Math.max(1, Math.floor((size.height - head) * ratio)),
  };
  const beside = { ...room, width: room.width - Math.round(GUTTER * ratio) };
  const gap = Math.round(GAP * ratio);
  const layout = rowsLayout(
    between,
    ranking.length,
    all.length + 1,
    zoom,
    beside,
    gap,
    USUAL,
    ratio,
  );
  const pitch = (layout.cellHeight + layout.gap) / ratio;
  const wide = (layout.cellWidth + layout.gap) / ratio;
  useLayoutEffect(() => {
    if (canvas.current) drawRows(canvas.current, props, layout, scroll, ratio);
  });
  const at = chosen === null ? -1 : ranking.indexOf(chosen);
  useEffect(() => {
    const element = box.current;
    if (!element || at < 0) return;
    const below = (at + 1) * pitch - (element.clientHeight - head);
    if (at * pitch < element.scrollTop) element.scrollTop = at * pitch;
    else if (below > element.scrollTop) element.scrollTop = below;
  }, [at, pitch, head]);
  const find = ({ clientX, clientY }: Pick<Mouse, "clientX" | "clientY">) => {
    const area = canvas.current?.getBoundingClientRect();
    const x = area ? clientX - area.left - GUTTER : -1;
    if (!area || x < 0) return null;
    const y = clientY - area.top + scroll.top;
    const found = hit(layout, (x + scroll.left) * ratio, y * ratio);
    const channel = found && ranking[Math.floor(found.index / layout.columns)];
    if (!found || channel === undefined || channel === null) return null;
    const { row, column, index } = found;
    return { place: { channel, row, column }, number: index % layout.columns };
  };
  const look = (place: Mouse) => {
    const found = find(place);
    setColumn(found?.number ?? null);
    return found?.place ?? null;
  };
  const moved = [scroll.top, scroll.left, ranking.join(), pitch, wide];
  const { mouse, ...pointing } = usePointing(look, moved);
  const under = viewState.pointed.value;
  const low = under !== null && mouse !== null && mouse.down * ratio > room.height / 2;
  return (
    <div class="sight">
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
            height: `${head + layout.height / ratio}px`,
            minHeight: "100%",
            minWidth: `${GUTTER + layout.width / ratio}px`,
          }}
        >
          <InputHeads {...props} {...{ classes, pictured, wide }} />
          <canvas
            ref={canvas}
            role="img"
            aria-label={`${ranking.length} channels for ${all.length} inputs`}
            width={room.width}
            height={room.height}
            style={{
              top: `${head}px`,
              width: `${room.width / ratio}px`,
              height: `${room.height / ratio}px`,
            }}
            {...pointing}
            onClick={(event) => {
              const found = find(event);
              if (found) props.pick(found.place.channel, all[found.number]?.input.name ?? null);
            }}
          />
        </div>
      </div>
      <Values {...props} hovered={column} top={low} />
    </div>
  );
}

/** Says in words what the inputs have under the cursor: below, or on top over the heads. */
function Values(props: Props & { hovered: number | null; top: boolean }) {
  const { all, pair, between, ranking, hovered, top } = props;
  const under = viewState.pointed.value;
  if (!under || !ranking.includes(under.channel)) return null;
  const { channel, row, column } = under;
  const told = all.flatMap((one, i) => {
    if (!pair.includes(i) && i !== hovered) return [];
    return [`${one.input.name} ${format(valueAt(one.maps, under))}`];
  });
  return (
    <output class={`tip ${top ? "top" : ""}`} data-name="under">
      {`channel ${channel}, row ${row}, column ${column}: ${told.join(" · ")} · A − B ${format(
        valueAt(between, under),
      )}`}
    </output>
  );
}
