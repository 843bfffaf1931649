import { useLayoutEffect, useRef } from "preact/hooks";
import type { PredictedClass } from "../../../data/inputs";
import { inputOf, type ShownRecord } from "../../../data/records";
import { format } from "../../../drawing/legend";
import type { Maps } from "../../../numbers/decode";
import { CHANGE } from "../../../numbers/differences";
import { isPlot } from "../../../numbers/map_form";
import { viewState } from "../../../state/view_state";
import { placeUnder } from "../../hooks/pointer";
import { Answered } from "../../parts/answered";
import { drawPicture } from "../../pictures/canvas";
import { SignalLine } from "../../pictures/signal";
import { GUTTER } from "./input_drawing";

/** Heights of a picture, of a class, and of a name with the room below it. */
const [PICTURE, CLASS, NAME] = [84, 16, 38];

/** How wide a signal is drawn there. */
const SIGNAL = 80;

/** What is above the maps. */
export interface Heads {
  classes: readonly PredictedClass[];
  /** Whether there are pictures of the inputs. */
  pictured: boolean;
}

interface Props extends Heads {
  all: readonly ShownRecord[];
  /** Which two are compared. */
  pair: readonly [number, number];
  /** What the scores below are. */
  scored: string;
  /** How far the columns are apart. */
  wide: number;
}

/** How high the heads of the columns are. */
export function headHeight({ classes, pictured }: Heads): number {
  // One line more says what the changes are.
  const lines = classes.length && (classes.length + 1) * CLASS;
  return Math.max(pictured ? PICTURE : 0, lines) + NAME;
}

/** The inputs, and what each is taken for; for their difference how that changes. */
export function InputHeads({ all, pair, wide, scored, ...heads }: Props) {
  const { classes, pictured } = heads;
  return (
    <div class="heads" style={{ height: `${headHeight(heads)}px` }}>
      <div class="head gutter quiet" style={{ width: `${GUTTER}px` }}>
        {classes.map(({ number, name }) => (
          <span class="class" key={number} title={`${name} (class ${number})`}>
            {name}
          </span>
        ))}
        <span class="name">
          <span>{scored}</span>
        </span>
      </div>
      {all.map((record, i) => (
        <div class="head" key={record.input.name} style={{ width: `${wide}px` }}>
          <div class="seen">
            {pictured && <Picture record={record} />}
            <div>
              {classes.map(({ number, name, scores }) => (
                <Score key={number} name={name} score={scores[i]} />
              ))}
            </div>
          </div>
          <span class="name" title={record.input.name}>
            <span>
              {pair[0] === i && <b>A </b>}
              {pair[1] === i && <b>B </b>}
              {record.input.name}
            </span>
          </span>
        </div>
      ))}
      <div class="head" style={{ width: `${wide}px` }}>
        {classes.length > 0 && (
          <span class="class quiet" title="Change of the score from A to B">
            {CHANGE}
          </span>
        )}
        {classes.map(({ number, name, change }) => (
          <span
            class="class values"
            key={number}
            data-change={number}
            title={change === null ? `${name}: not logged for both` : name}
          >
            {change === null ? "–" : signed(change)}
          </span>
        ))}
        <span class="name">
          <b>{CHANGE}</b>
        </span>
      </div>
    </div>
  );
}

function signed(change: number): string {
  return change > 0 ? `+${format(change)}` : format(change);
}

function Score({ name, score }: { name: string; score: number | null | undefined }) {
  const reason = "not among the predictions that were logged";
  return (
    <span class="class values" title={score === undefined ? `${name}: ${reason}` : name}>
      {score === undefined ? "–" : score === null ? "not finite" : format(score)}
    </span>
  );
}

function Picture({ record }: { record: ShownRecord }) {
  const { run, address, input } = record;
  return (
    <Answered of={inputOf(run, address.step, input.name)} what="the input" room="cell">
      {(shown) => {
        if (!shown) return <span class="quiet none">no picture</span>;
        return isPlot(shown) ? (
          <SignalLine signal={shown} channel={0} width={SIGNAL} />
        ) : (
          <DrawnPicture picture={shown} name={input.name} />
        );
      }}
    </Answered>
  );
}

function DrawnPicture({ picture, name }: { picture: Maps; name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) drawPicture(canvas.current, picture);
  });
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={`Input ${name}`}
      width={picture.width}
      height={picture.height}
      onPointerMove={(event) => (viewState.pointedPlace.value = placeUnder(event))}
      onPointerLeave={() => (viewState.pointedPlace.value = null)}
    />
  );
}
