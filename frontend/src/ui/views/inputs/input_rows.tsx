import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { classesOf } from "../../../data/inputs";
import { INPUT } from "../../../data/resources";
import { format } from "../../../drawing/legend";
import { valueAt } from "../../../numbers/decode";
import { CHANGE } from "../../../numbers/differences";
import { hit, type Size } from "../../../numbers/layout";
import { pointWords } from "../../../numbers/map_form";
import { rowsLayout } from "../../../numbers/row_layout";
import { viewState } from "../../../state/view_state";
import { type Mouse, usePointing } from "../../hooks/pointer";
import { useSize } from "../../hooks/size";
import { useTheme } from "../../pictures/canvas";
import { type DrawnRows, differenceAt, drawRows, GUTTER } from "./input_drawing";
import { headHeight, InputHeads } from "./input_heads";

const GAP = 8;
/** How wide a map becomes at least in "fit". */
const USUAL = 88;
/** How many classes are named. */
const CLASSES = 3;

interface Props extends DrawnRows {
  /** Which two are compared. */
  pair: readonly [number, number];
  /** What the scores are. */
  scored: string;
  /** Screen pixels for a value; null to fit. */
  zoom: number | null;
  /** Called with the input of a map, or null for a difference. */
  pick: (channel: number, input: string | null) => void;
}

/** Where everything is, in pixels of the screen but for what is said to be in CSS pixels. */
function placeRows({ all, between, pair, ranking, zoom }: Props, size: Size, ratio: number) {
  const classes = classesOf(
    all.map((record) => record.input),
    pair,
    CLASSES,
  );
  const pictured = all.some(({ run }) => run.tags.some((tag) => tag.layer === INPUT));
  const below = (head: number) => ({
    width: Math.max(1, Math.floor(size.width * ratio)),
    height: Math.max(1, Math.floor((size.height - head) * ratio)),
  });
  // The pictures in the heads are as large as columns are wide.
  const tallest = below(headHeight({ classes, pictured }, Infinity));
  const gap = Math.round(GAP * ratio);
  // The last column has a gap behind it, as its head has.
  const inside = Math.max(1, tallest.width - Math.round(GUTTER * ratio) - gap);
  const beside = { ...tallest, width: inside };
  const columns = all.length + 1;
  const layout = rowsLayout(between, ranking.length, columns, zoom, beside, gap, USUAL, ratio);
  const wide = (layout.cellWidth + layout.gap) / ratio;
  const head = headHeight({ classes, pictured }, wide);
  return {
    classes,
    pictured,
    /** Height of the heads in CSS pixels. */
    head,
    room: below(head),
    layout,
    /** How far rows and columns are apart, in CSS pixels. */
    pitch: (layout.cellHeight + layout.gap) / ratio,
    wide,
  };
}

/** A row for each channel, a column for each input; only what is in sight is drawn. */
export function InputRows(props: Props) {
  const { all, ranking, chosen } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scroll, setScroll] = useState({ top: 0, left: 0 });
  const [column, setColumn] = useState<number | null>(null);
  const size = useSize(box);
  useTheme();
  const ratio = devicePixelRatio || 1;
  const { classes, pictured, head, room, layout, pitch, wide } = placeRows(props, size, ratio);
  const gutter = Math.round(GUTTER * ratio);
  const marks = {
    pointed: viewState.pointed.value,
    place: viewState.pointedPlace.value,
  };
  useLayoutEffect(() => {
    if (canvas.current) drawRows(canvas.current, props, layout, scroll, ratio, marks);
  });
  const at = chosen === null ? -1 : ranking.indexOf(chosen);
  // What was chosen elsewhere may be far down: what differs most is what is looked for here.
  const elsewhere = useRef(chosen !== viewState.inputsChannel.peek() ? chosen : null);
  // Before the next key: a view that is left at once has kept what was chosen in it.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || at < 0 || chosen === elsewhere.current) return;
    elsewhere.current = null;
    viewState.inputsChannel.value = chosen;
    const below = (at + 1) * pitch - (element.clientHeight - head);
    if (at * pitch < element.scrollTop) element.scrollTop = at * pitch;
    else if (below > element.scrollTop) element.scrollTop = below;
  }, [at, pitch, head]);
  const find = ({ clientX, clientY }: Pick<Mouse, "clientX" | "clientY">) => {
    const area = canvas.current?.getBoundingClientRect();
    const x = area ? clientX - area.left - GUTTER : -1;
    if (!area || x < 0) return null;
    const y = clientY - area.top + scroll.top;
    // Over the difference, which stays where it is seen, whatever is below it.
    const edge = differenceAt(layout, scroll.left * ratio, gutter, room.width);
    const own = layout.width - layout.cellWidth;
    const across = (x + GUTTER) * ratio;
    const inside =
      across >= edge - layout.gap ? own + across - edge : (x + scroll.left) * ratio;
    const value = hit(layout, inside, y * ratio);
    const channel = value && ranking[Math.floor(value.index / layout.columns)];
    if (!value || channel === undefined || channel === null) return null;
    const { row, column, index } = value;
    return { pointed: { channel, row, column }, number: index % layout.columns };
  };
  const look = (mouse: Mouse) => {
    const under = find(mouse);
    setColumn(under?.number ?? null);
    return under?.pointed ?? null;
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
              const clicked = find(event);
              if (!clicked) return;
              const input = all[clicked.number]?.input.name ?? null;
              props.pick(clicked.pointed.channel, input);
            }}
          />
        </div>
      </div>
      <Values {...props} hovered={column} top={low} />
    </div>
  );
}

/** What the inputs have under the cursor, in words: below, or on top over the heads. */
function Values(props: Props & { hovered: number | null; top: boolean }) {
  const { all, pair, between, ranking, hovered, top } = props;
  const under = viewState.pointed.value;
  if (!under || !ranking.includes(under.channel)) return null;
  const values = all.flatMap(({ input, maps }, i) => {
    if (!pair.includes(i) && i !== hovered) return [];
    return [`${input.name} ${format(valueAt(maps, under))}`];
  });
  return (
    <output class={`tip ${top ? "top" : ""}`} data-name="under">
      {`${pointWords(between.form, under)}: ${values.join(" · ")} · ${CHANGE} ${format(
        valueAt(between, under),
      )}`}
    </output>
  );
}
