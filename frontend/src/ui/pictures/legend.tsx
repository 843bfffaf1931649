import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Scaling } from "../../data/scaling";
import { css, MARK_COLOURS } from "../../drawing/colours";
import { markWords, placedTicks, scaleWords } from "../../drawing/legend";
import { type Coverage, type MarkCounts, position } from "../../numbers/scale";
import { viewState } from "../../state/view_state";
import { pixelsOf } from "./canvas";
import type { Paint } from "./paint";
import "./plain_legend.css";

const WIDTH = 224;

interface Props {
  scaling: Scaling;
  paint: Paint;
  /** What the scale shows of what is drawn. */
  coverage: Coverage;
  /** Whether it is the scale that is chosen for the view. */
  leads?: boolean;
}

/** Which colour is which value, and what the scale cannot show. */
export function Legend({ scaling, paint, coverage, leads = true }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = paint.scale(0);
  const { limits, signed } = scale;
  const most = Math.max(Math.abs(limits.low), Math.abs(limits.high));
  const ends = signed ? { low: -most, high: most } : limits;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(256, 1);
    pixelsOf(image).pixels.set(paint.table);
    context.putImageData(image, 0, 0);
  }, [paint.table]);
  useEffect(() => {
    if (leads) viewState.limitsInUse.value = coverage.limits;
  }, [leads, coverage.limits?.low, coverage.limits?.high]);
  const shownTicks = placedTicks(ends, (value) => position(value, scale), WIDTH);
  return (
    <div class="legend" data-name="legend" data-low={ends.low} data-high={ends.high}>
      <span class="ramp" style={{ width: `${WIDTH}px` }}>
        <canvas
          ref={canvas}
          width={256}
          height={1}
          role="img"
          aria-label={paint.plain ? "Scale" : `Colours: ${paint.name}`}
          class={paint.plain ? "plain" : ""}
        />
        <span class="ticks">
          {scaling.shared ? (
            shownTicks.map(({ text, share }) => (
              <span key={share} data-share={share} style={{ left: `${100 * share}%` }}>
                {text}
              </span>
            ))
          ) : (
            <>
              <span data-share={0}>smallest</span>
              <span data-share={1} style={{ left: "100%" }}>
                largest
              </span>
            </>
          )}
        </span>
      </span>
      <span class="quiet">{scaleWords(scaling, scale)}</span>
      <Marks counts={coverage.marks} />
    </div>
  );
}

function Marks({ counts }: { counts: MarkCounts }) {
  const marks = markWords(counts);
  if (!marks.length) return null;
  return (
    <span class="marks quiet values" data-name="marks">
      {marks.map(({ mark, words }) => (
        <span key={mark}>
          <i style={{ background: css(MARK_COLOURS[mark]) }} /> {words}
        </span>
      ))}
    </span>
  );
}
