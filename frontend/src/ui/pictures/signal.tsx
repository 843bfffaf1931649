import { useLayoutEffect, useRef } from "preact/hooks";
import type { ShownRecord } from "../../data/records";
import { limitsOf } from "../../data/scaling";
import { format } from "../../drawing/legend";
import { drawMap } from "../../drawing/pixels";
import type { Maps } from "../../numbers/decode";
import { NO_LIMITS } from "../../numbers/limits";
import { viewState } from "../../state/view_state";
import { useSize } from "../hooks/size";
import { pixelsOf, useTheme } from "./canvas";
import "./signal.css";

/** Height of each line, and how many there are at most. */
const [HEIGHT, MOST] = [32, 4];
const NO_TABLE = new Uint32Array(256);

/** Each channel of a signal as a line on one scale, time to the right. */
export function SignalLines({ signal, record }: { signal: Maps; record: ShownRecord }) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const shown = Math.min(signal.channels, MOST);
  const { low, high } = limitsOf(signal) ?? NO_LIMITS;
  return (
    <figure class="signal" data-name="signal">
      <figcaption class="quiet values">
        {`Input ${record.input.name}: ${signal.width} time steps, `}
        {shown < signal.channels
          ? `${shown} of ${signal.channels} channels`
          : `${shown} channel${shown === 1 ? "" : "s"}`}
        {`, ${format(low)} to ${format(high)}`}
      </figcaption>
      <div ref={box}>
        {Array.from({ length: shown }, (_, channel) => (
          <SignalLine key={channel} {...{ signal, channel, width }} layer={record.maps} />
        ))}
      </div>
    </figure>
  );
}

interface LineProps {
  signal: Maps;
  channel: number;
  width: number;
  /** What is pointed at in it is marked here. */
  layer?: Maps;
}

/** One channel of a signal. */
export function SignalLine({ signal, channel, width, layer }: LineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useTheme();
  const ratio = devicePixelRatio || 1;
  const size = { width: Math.max(1, Math.floor(width * ratio)), height: HEIGHT * ratio };
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(size.width, size.height);
    const limits = limitsOf(signal) ?? NO_LIMITS;
    const scale = { limits, gamma: 1, signed: false };
    drawMap(pixelsOf(image), { x: 0, y: 0, ...size }, signal, channel, scale, NO_TABLE);
    context.putImageData(image, 0, 0);
  }, [signal, channel, size.width, size.height, dark]);
  const under = viewState.pointed.value;
  // Positions of a layer are spread over the signal as it makes them.
  const share =
    under && layer?.form?.kind === "sequence" ? (under.column + 0.5) / layer.width : null;
  return (
    <div class="signal-line">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Channel ${channel} of the input`}
        {...size}
        style={{ width: `${size.width / ratio}px`, height: `${HEIGHT}px` }}
      />
      {share !== null && <i style={{ left: `${100 * share}%` }} />}
    </div>
  );
}
