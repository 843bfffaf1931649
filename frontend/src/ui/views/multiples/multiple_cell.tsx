import { useLayoutEffect, useRef } from "preact/hooks";
import type { Column, Multiple } from "../../../data/multiples";
import { knownPlaces, positionAt } from "../../../data/places";
import { type Answer, failureOf } from "../../../data/queries";
import { endWords, format } from "../../../drawing/legend";
import { drawMap } from "../../../drawing/pixels";
import { valueAt } from "../../../numbers/decode";
import type { Size } from "../../../numbers/layout";
import { placeWords } from "../../../numbers/map_form";
import { sizeIn } from "../../../numbers/row_layout";
import type { MapPosition } from "../../../numbers/statistics";
import { viewState } from "../../../state/view_state";
import { useKnown } from "../../hooks/latest";
import { Answered } from "../../parts/answered";
import { pixelsOf } from "../../pictures/canvas";
import type { Paint } from "../../pictures/paint";

interface Props {
  answer: Answer<Multiple>;
  /** What its row is; null where that is the channel, which is said anyway. */
  row: string | null;
  column: Column;
  /** Whether the layer is named with what is said. */
  named: boolean;
  paint: ((multiple: Multiple) => Paint) | null;
  /** Whether it has a scale of its own, which is told below it. */
  ranged: boolean;
  side: Size;
  left: number;
  current: boolean;
  say: (words: string | null) => void;
  pick: (multiple: Multiple | null) => void;
}

/** One feature map of a run, or why there is none. */
export function MultipleCell(props: Props) {
  const { answer, row, column, side, left, current, say, pick } = props;
  const multiple = useKnown(answer) ?? null;
  const elsewhere = multiple && multiple.address.step !== column.step;
  const words = multiple
    ? [
        ...(row === null ? [] : [row]),
        ...(props.named ? [column.layer] : []),
        `step ${multiple.address.step}`,
        `channel ${multiple.channel}`,
      ].join(" · ")
    : [
        ...(row === null ? [] : [row]),
        ...(props.named ? [column.layer] : []),
        `step ${column.step}`,
      ].join(" · ");
  const reason = failureOf(answer);
  const paint = multiple && props.paint?.(multiple);
  return (
    <button
      type="button"
      class="multiple"
      tabIndex={-1}
      aria-current={current}
      aria-label={reason === null ? words : `${words}: ${reason}`}
      title={reason ?? ""}
      style={{ left: `${left}px`, width: `${side.width}px` }}
      onClick={() => pick(multiple)}
      onMouseLeave={() => say(null)}
      onMouseEnter={() => say(reason === null ? words : `${words}: ${reason}`)}
    >
      <span class="picture-box" style={{ height: `${side.height}px` }}>
        <Answered of={answer} what="the feature map" room="cell">
          {(shown) =>
            paint && (
              <Picture multiple={shown} paint={paint} side={side} words={words} say={say} />
            )
          }
        </Answered>
      </span>
      <small class="quiet values">
        {multiple &&
          [
            elsewhere ? `at ${multiple.address.step}` : "",
            props.named ? multiple.channel : "",
            props.ranged && paint ? endWords(paint.scale(multiple.channel)) : "",
          ]
            .filter((part) => part !== "")
            .join(" · ")}
      </small>
    </button>
  );
}

interface PictureProps {
  multiple: Multiple;
  paint: Paint;
  side: Size;
  words: string;
  say: (words: string | null) => void;
}

function Picture({ multiple, paint, side, words, say }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ratio = devicePixelRatio || 1;
  const { maps, channel } = multiple;
  const { width, height } = sizeIn(
    { width: Math.floor(side.width * ratio), height: Math.floor(side.height * ratio) },
    maps,
  );
  const scale = paint.scale(channel);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    const cell = { x: 0, y: 0, width, height };
    drawMap(pixelsOf(image), cell, maps, channel, scale, paint.table, { smooth: paint.smooth });
    context.putImageData(image, 0, 0);
  }, [maps, channel, width, height, paint.key, scale.limits.low, scale.limits.high]);
  const place = viewState.pointedPlace.value;
  const under = place && positionAt(knownPlaces(multiple), maps, place);
  return (
    <span class="marked">
      <canvas
        ref={canvas}
        width={width}
        height={height}
        style={{ width: `${width / ratio}px`, height: `${height / ratio}px` }}
        onMouseMove={(event) => {
          const area = event.currentTarget.getBoundingClientRect();
          const share = (at: number, start: number, length: number, count: number) =>
            Math.min(count - 1, Math.max(0, Math.floor(((at - start) / length) * count)));
          const row = share(event.clientY, area.top, area.height, maps.height);
          const column = share(event.clientX, area.left, area.width, maps.width);
          const value = format(valueAt(maps, { channel, row, column }));
          const place = placeWords(maps.form, { row, column });
          say(`${[words, place].filter(Boolean).join(", ")}: ${value}`);
        }}
      />
      {under && (
        <Mark maps={maps} at={under} drawn={{ width: width / ratio, height: height / ratio }} />
      )}
    </span>
  );
}

interface MarkProps {
  maps: Size;
  at: MapPosition;
  /** How large the map is drawn. */
  drawn: Size;
}

/** Two thin lines around the value at the place of the picture under the cursor. */
function Mark({ maps, at, drawn }: MarkProps) {
  const [width, height] = [drawn.width / maps.width, drawn.height / maps.height];
  return (
    <i
      class="region"
      style={{
        left: `${at.column * width}px`,
        top: `${at.row * height}px`,
        width: `${width}px`,
        height: `${height}px`,
      }}
    />
  );
}
