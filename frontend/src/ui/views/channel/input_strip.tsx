import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { inputRanking, type RankedInput } from "../../../data/input_ranking";
import { failureOf } from "../../../data/queries";
import { inputOf, type ShownRecord } from "../../../data/records";
import { format } from "../../../drawing/legend";
import type { Maps } from "../../../numbers/decode";
import { channelNoun, isPlot } from "../../../numbers/map_form";
import { inSight } from "../../../numbers/row_layout";
import { select } from "../../../state/store";
import { useSize } from "../../hooks/size";
import { Answered } from "../../parts/answered";
import { drawPicture } from "../../pictures/canvas";
import { SignalLine } from "../../pictures/signal";
import "./input_strip.css";

/** How far inputs are apart, and how many there are beyond those in sight. */
const [PITCH, BEYOND] = [64, 2];
/** Side of a thumbnail, as in the style sheet. */
const THUMBNAIL = 44;

interface Props {
  record: ShownRecord;
  channel: number;
}

/** All logged inputs, those first that the channel responds to most. */
export function InputStrip({ record, channel }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [left, setLeft] = useState(0);
  if (record.header.inputs.length < 2) return null;
  const { by, inputs, unknown } = inputRanking(record.header, channel);
  const { first, end } = inSight(inputs.length, PITCH, left, width);
  const from = Math.max(0, first - BEYOND);
  return (
    <section class="input-strip" aria-label="All inputs by this channel">
      <h3 title={unknown.join("\n")}>
        {`${record.header.inputs.length === 2 ? "Both inputs" : `All ${record.header.inputs.length} inputs`} by this ${channelNoun(record.maps.form)}'s ${by}`}
        <small>
          {by === "mean" && " · the layer has negative values"}
          {unknown.length > 0 && ` · not stated for ${unknown.length}`}
        </small>
      </h3>
      <div
        class={`scroll ${inputs.length * PITCH > width ? "wide" : ""}`}
        ref={box}
        tabIndex={0}
        role="group"
        aria-label="Inputs, the strongest first"
        onScroll={({ currentTarget }) => setLeft(currentTarget.scrollLeft)}
      >
        <div style={{ width: `${inputs.length * PITCH}px` }}>
          {inputs.slice(from, end + BEYOND).map((input, i) => (
            <RankedThumbnail
              key={input.name}
              {...{ record, input, by }}
              rank={from + i + 1}
              left={(from + i) * PITCH}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

interface ThumbnailProps {
  record: ShownRecord;
  input: RankedInput;
  by: string;
  /** Its place among all inputs, from 1. */
  rank: number;
  left: number;
}

/** The picture of an input, or its name where it has none, and what the channel has for it. */
function RankedThumbnail({ record, input, by, rank, left }: ThumbnailProps) {
  const answer = inputOf(record.run, record.address.step, input.name);
  const value = input.value === null ? "not finite" : format(input.value);
  const failure = failureOf(answer);
  const reason = failure === null ? "" : ` · its picture: ${failure}`;
  const named = <span class="quiet">{input.name}</span>;
  return (
    <button
      type="button"
      aria-current={input.name === record.input.name}
      aria-label={`${rank}. ${input.name}: ${by} ${value}`}
      title={`${rank}. ${input.name} · ${by} ${value}${reason}\nLook at this input.`}
      style={{ left: `${left}px` }}
      onClick={() => select("a", { input: input.name })}
    >
      <span class="thumbnail">
        {failure === null ? (
          <Answered of={answer} what="the picture" room="cell">
            {(shown) => (shown ? <Thumbnail of={shown} /> : named)}
          </Answered>
        ) : (
          named
        )}
      </span>
      <span class="values">{value}</span>
    </button>
  );
}

function Thumbnail({ of }: { of: Maps }) {
  return isPlot(of) ? (
    <SignalLine signal={of} channel={0} width={THUMBNAIL} />
  ) : (
    <ThumbnailPicture picture={of} />
  );
}

function ThumbnailPicture({ picture }: { picture: Maps }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) drawPicture(canvas.current, picture);
  }, [picture]);
  return <canvas ref={canvas} width={picture.width} height={picture.height} />;
}
