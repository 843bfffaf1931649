import { useLayoutEffect, useRef } from "preact/hooks";
import type { Column, Multiple } from "../../../data/multiples";
import type { Answer } from "../../../data/queries";
import { format } from "../../../drawing/legend";
import { drawMap } from "../../../drawing/pixels";
import { sidesIn } from "../../../numbers/row_layout";
import { useSteady } from "../../hooks/latest";
import { valueAt } from "../../pictures/channels";
import type { Paint } from "../../pictures/paint";

interface Props {
  answer: Answer<Multiple>;
  run: string;
  column: Column;
  /** Whether the layer is named with what is told. */
  named: boolean;
  paint: Paint | null;
  side: { width: number; height: number };
  left: number;
  current: boolean;
  tell: (words: string | null) => void;
  pick: (one: Multiple | null) => void;
}

/** One feature map of a run, or why there is none. */
export function MultipleCell(props: Props) {
  const { answer, run, column, side, left, current, tell, pick } = props;
  const steady = useSteady(answer);
  const one = steady.value;
  const elsewhere = one && one.place.step !== column.step;
  const words = one
    ? [
        `run ${run}`,
        ...(props.named ? [column.layer] : []),
        `step ${one.place.step}`,
        `channel ${one.channel}`,
      ].join(" · ")
    : `run ${run} · ${props.named ? `${column.layer} · ` : ""}step ${column.step}`;
  const reason = steady.reason;
  return (
    <button
      type="button"
      class="multiple"
      tabIndex={-1}
      aria-current={current}
      aria-label={reason === null ? words : `${words}: ${reason}`}
      aria-busy={steady.waiting}
      title={reason ?? ""}
      style={{ left: `${left}px`, width: `${side.width}px` }}
      onClick={() => pick(one)}
      onMouseLeave={() => tell(null)}
      onMouseEnter={() => tell(reason === null ? words : `${words}: ${reason}`)}
    >
      <span class="picture-box" style={{ height: `${side.height}px` }}>
        {one && props.paint && (
          <Picture one={one} paint={props.paint} side={side} words={words} tell={tell} />
        )}
        {reason !== null && <span class="reason">{reason}</span>}
      </span>
      <small class="quiet values">
        {one &&
          [elsewhere ? `at ${one.place.step}` : "", props.named ? one.channel : ""]
            .filter((part) => part !== "")
            .join(" · ")}
      </small>
    </button>
  );
}

interface PictureProps {
  one: Multiple;
  paint: Paint;
  side: { width: number; height: number };
  words: string;
  tell: (words: string | null) => void;
}

function Picture({ one, paint, side, words, tell }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ratio = devicePixelRatio || 1;
  const { maps, channel } = one;
  const { width, height } = sidesIn(
    { width: Math.floor(side.width * ratio), height: Math.floor(side.height * ratio) },
    maps,
  );
  const scale = paint.scale(channel);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    const target = { pixels: new Uint32Array(image.data.buffer), width };
    const cell = { x: 0, y: 0, width, height };
    drawMap(target, cell, maps, channel, scale, paint.table, { smooth: paint.smooth });
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
        tell(`${words}, row ${row}, column ${column}: ${value}`);
      }}
    />
  );
}
