import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Run } from "../../data/api";
import { failureOf } from "../../data/queries";
import { inputOf } from "../../data/records";
import type { Maps } from "../../numbers/decode";
import { isPlot } from "../../numbers/map_form";
import { drawPicture } from "../pictures/canvas";
import { SignalLine } from "../pictures/signal";
import { Answered } from "./answered";
import "./input_thumbnail.css";

interface Props {
  run: Run;
  step: number;
  input: string;
  /** Of the square that it fills, in CSS pixels. */
  side: number;
  /** What is shown where there is no picture. */
  children?: ComponentChildren;
}

/** A small picture of an input, or the line of a signal. */
export function InputThumbnail({ run, step, input, side, children }: Props) {
  const answer = inputOf(run, step, input);
  return (
    <span class="thumbnail small" style={{ width: `${side}px`, height: `${side}px` }}>
      {failureOf(answer) === null ? (
        <Answered of={answer} what="the picture" room="cell">
          {(shown) =>
            shown === null ? (
              children
            ) : isPlot(shown) ? (
              <SignalLine signal={shown} channel={0} width={side} />
            ) : (
              <Picture picture={shown} />
            )
          }
        </Answered>
      ) : (
        children
      )}
    </span>
  );
}

function Picture({ picture }: { picture: Maps }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) drawPicture(canvas.current, picture);
  }, [picture]);
  return <canvas ref={canvas} width={picture.width} height={picture.height} />;
}
