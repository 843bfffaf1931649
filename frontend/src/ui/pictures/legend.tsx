import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Misfit } from "../../data/scale_fit";
import type { Scaling } from "../../data/scaling";
import { css, markColour } from "../../drawing/colours";
import { markWords, percent, rampEnds, rampTicks, scaleWords } from "../../drawing/legend";
import type { Coverage, MarkCounts } from "../../numbers/scale";
import { change } from "../../state/store";
import { viewState } from "../../state/view_state";
import { pixelsOf } from "./canvas";
import type { Paint } from "./paint";
import "./legend.css";
import "./plain_legend.css";

const WIDTH = 224;

interface Props {
  scaling: Scaling;
  paint: Paint;
  /** What the scale shows of what is drawn. */
  coverage: Coverage;
  /** Whether it is the scale that is chosen for the view. */
  leads?: boolean;
  /** What uses too little of it. */
  misfit?: Misfit | null;
}

/** Which colour is which value, and what the scale cannot show. */
export function Legend({ scaling, paint, coverage, leads = true, misfit = null }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = paint.scale(0);
  const ends = rampEnds(scale);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(256, 1);
    pixelsOf(image).pixels.set(paint.table);
    context.putImageData(image, 0, 0);
  }, [paint.table]);
  useEffect(() => {
    if (!leads) return;
    viewState.limitsInUse.value = coverage.limits;
    viewState.coloursInUse.value = {
      name: paint.name,
      negative: (coverage.limits?.low ?? 0) < 0,
    };
  }, [leads, paint.name, coverage.limits?.low, coverage.limits?.high]);
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
          {rampTicks(scale, scaling.shared, WIDTH).map(({ text, share }) => (
            <span key={share} data-share={share} style={{ left: `${100 * share}%` }}>
              {text}
            </span>
          ))}
        </span>
      </span>
      <span class="quiet">{scaleWords(scaling, scale)}</span>
      <Marks counts={coverage.marks} table={paint.table} />
      {misfit && <FitScale {...misfit} />}
    </div>
  );
}

/** Says that too little of the scale is used, and leads to one that fits. */
function FitScale({ who, share, fitting }: Misfit) {
  return (
    <span class="misfit values" data-name="misfit">
      {`${who} uses ${percent(share)} of this scale`}
      {fitting && (
        <button type="button" onClick={() => change(fitting)}>
          Fit the scale
        </button>
      )}
    </span>
  );
}

function Marks({ counts, table }: { counts: MarkCounts; table: Uint32Array }) {
  const marks = markWords(counts);
  if (!marks.length) return null;
  return (
    <span class="marks quiet values" data-name="marks">
      {marks.map(({ mark, words }) => (
        <span key={mark}>
          <i style={{ background: css(markColour(mark, table)) }} /> {words}
        </span>
      ))}
    </span>
  );
}
