import { useLayoutEffect, useRef } from "preact/hooks";
import type { Scaling } from "../data/scaling";
import { MARK_COLOURS, css } from "../drawing/colours";
import { format, legendTicks } from "../drawing/legend";
import { MARKS, position } from "../numbers/scale";
import type { Paint } from "./colours";

const WIDTH = 224;

interface Props {
  scaling: Scaling;
  paint: Paint;
  /** Whether the marks are told too; another legend may do that. */
  marks?: boolean;
}

/** Which colour is which value, and what the scale cannot show. */
export function Legend({ scaling, paint, marks = true }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = paint.scale(0);
  const { limits, signed } = scale;
  const most = Math.max(Math.abs(limits.low), Math.abs(limits.high));
  const ends = signed ? { low: -most, high: most } : limits;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(256, 1);
    new Uint32Array(image.data.buffer).set(paint.table);
    context.putImageData(image, 0, 0);
  }, [paint.table]);
  return (
    <div class="legend" data-name="legend" data-low={ends.low} data-high={ends.high}>
      <span class="ramp" style={{ width: `${WIDTH}px` }}>
        <canvas ref={canvas} width={256} height={1} role="img" aria-label={`Colours: ${paint.name}`} />
        <span class="ticks">
          {scaling.shared ? (
            legendTicks(ends).map((value) => (
              <span key={value} style={{ left: `${100 * position(value, scale)}%` }}>
                {format(value)}
              </span>
            ))
          ) : (
            <>
              <span style={{ left: 0 }}>smallest</span>
              <span style={{ left: "100%" }}>largest</span>
            </>
          )}
        </span>
      </span>
      <span class="quiet">
        {scaling.shared && `${format(limits.low)} to ${format(limits.high)}: `}
        {scaling.words}
        {signed && limits.low !== -limits.high && "; zero in the middle"}
      </span>
      {marks && <Marks />}
    </div>
  );
}

function Marks() {
  return (
    <span class="marks quiet">
      {(
        [
          ["below", MARKS.below],
          ["above", MARKS.above],
          ["NaN", MARKS.nan],
          ["∞", MARKS.plus],
          ["−∞", MARKS.minus],
        ] as const
      ).map(([name, mark]) => (
        <span key={name}>
          <i style={{ background: css(MARK_COLOURS[mark]) }} /> {name}
        </span>
      ))}
    </span>
  );
}
