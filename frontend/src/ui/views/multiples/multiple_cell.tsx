import { useLayoutEffect, useRef } from "preact/hooks";
import type { Column, Multiple } from "../../../data/multiples";
import type { Answer } from "../../../data/queries";
import { format } from "../../../drawing/legend";
import { drawMap } from "../../../drawing/pixels";
import { valueAt } from "../../../numbers/decode";
import type { Size } from "../../../numbers/layout";
import { placeWords } from "../../../numbers/map_form";
import { sizeIn } from "../../../numbers/row_layout";
import { useLatest } from "../../hooks/latest";
import { pixelsOf } from "../../pictures/canvas";
import type { Paint } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";

interface Props {
  answer: Answer<Multiple>;
  run: string;
  column: Column;
  /** Whether the layer is named with what is said. */
  named: boolean;
  paint: Paint | null;
  side: Size;
  left: number;
  current: boolean;
  say: (words: string | null) => void;
  pick: (multiple: Multiple | null) => void;
}

/** One feature map of a run, or why there is none. */
export function MultipleCell(props: Props) {
  const { answer, run, column, side, left, current, say, pick } = props;
  const latest = useLatest(answer);
  const multiple = latest.value;
  const elsewhere = multiple && multiple.address.step !== column.step;
  const words = multiple
    ? [
        `run ${run}`,
        ...(props.named ? [column.layer] : []),
        `step ${multiple.address.step}`,
        `channel ${multiple.channel}`,
      ].join(" · ")
    : `run ${run} · ${props.named ? `${column.layer} · ` : ""}step ${column.step}`;
  const reason = latest.reason;
  return (
    <button
      type="button"
      class="multiple"
      tabIndex={-1}
      aria-current={current}
      aria-label={reason === null ? words : `${words}: ${reason}`}
      aria-busy={latest.waiting}
      title={reason ?? ""}
      style={{ left: `${left}px`, width: `${side.width}px` }}
      onClick={() => pick(multiple)}
      onMouseLeave={() => say(null)}
      onMouseEnter={() => say(reason === null ? words : `${words}: ${reason}`)}
    >
      <span class="picture-box" style={{ height: `${side.height}px` }}>
        {multiple && props.paint && (
          <Picture
            multiple={multiple}
            paint={props.paint}
            side={side}
            words={words}
            say={say}
          />
        )}
        {reason !== null && <span class="reason">{reason}</span>}
      </span>
      <small class="quiet values">
        {multiple &&
          [elsewhere ? `at ${multiple.address.step}` : "", props.named ? multiple.channel : ""]
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
  const scale = paintAs(maps, paint).scale(channel);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    const cell = { x: 0, y: 0, width, height };
    drawMap(pixelsOf(image), cell, maps, channel, scale, paint.table, { smooth: paint.smooth });
    context.putImageData(image, 0, 0);
  }, [maps, channel, width, height, paint.key, scale.limits.low, scale.limits.high]);
  return (
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
  );
}
