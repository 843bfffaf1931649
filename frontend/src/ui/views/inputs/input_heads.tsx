import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { PredictedClass } from "../../../data/inputs";
import { inputOf, type ShownRecord } from "../../../data/records";
import { format } from "../../../drawing/legend";
import { areShares, changeWords, scoreWords } from "../../../drawing/scores";
import type { Maps } from "../../../numbers/decode";
import { CHANGE } from "../../../numbers/differences";
import { isPlot } from "../../../numbers/map_form";
import { cutNames } from "../../../numbers/names";
import { viewState } from "../../../state/view_state";
import { placeUnder } from "../../hooks/pointer";
import { Answered } from "../../parts/answered";
import { CutName } from "../../parts/cut_name";
import { drawPicture } from "../../pictures/canvas";
import { SignalLine } from "../../pictures/signal";
import { GUTTER } from "./input_drawing";

/** Heights of a picture, of a class, and of a name with the room below it. */
const [PICTURE, CLASS, NAME] = [84, 16, 38];

/** The least side of a picture, and what a head needs beside it, in CSS pixels. */
const [LEAST, PADDING, SCORE] = [40, 8, 48];
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

/** How high the heads of columns are that are so far apart. */
export function headHeight({ classes, pictured }: Heads, wide: number): number {
  // One line more says what the changes are.
  const lines = classes.length && (classes.length + 1) * CLASS;
  return Math.max(pictured ? pictureSide(classes, wide) : 0, lines) + NAME;
}

/** The side of all pictures: one size, which leaves room for the scores beside it. */
function pictureSide(classes: Heads["classes"], wide: number): number {
  return Math.max(LEAST, Math.min(wide - PADDING - (classes.length && SCORE), PICTURE));
}

/** The inputs, and what each is taken for; for their difference how that changes. */
export function InputHeads({ all, pair, wide, scored, ...heads }: Props) {
  const { classes, pictured } = heads;
  const shares = areShares(all.map(({ input }) => input.predictions));
  const names = all.map(({ input }) => input.name);
  const cut = useMemo(() => cutNames(names), [names.join("\n")]);
  const side = pictureSide(classes, wide);
  return (
    <div class="heads" style={{ height: `${headHeight(heads, wide)}px` }}>
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
            {pictured && (
              <span class="thumbnail" style={{ height: `${side}px`, width: `${side}px` }}>
                <Picture record={record} />
              </span>
            )}
            <div>
              {classes.map(({ number, name, scores }) => (
                <Score key={number} name={name} score={scores[i]} shares={shares} />
              ))}
            </div>
          </div>
          <span class="name" title={record.input.name}>
            {pair[0] === i && <b>A</b>}
            {pair[1] === i && <b>B</b>}
            <CutName name={record.input.name} parts={cut.get(record.input.name)} />
          </span>
        </div>
      ))}
      <div class="head difference" style={{ width: `${wide}px` }}>
        {classes.length > 0 && (
          <span
            class="class quiet"
            title={`Change of the score from A to B${shares ? ", in percentage points" : ""}`}
          >
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
            {change === null ? "–" : changeWords(change, shares)}
          </span>
        ))}
        <span class="name">
          <b>{CHANGE}</b>
        </span>
      </div>
    </div>
  );
}

interface ScoreProps {
  name: string;
  score: number | null | undefined;
  /** Whether scores are shares. */
  shares: boolean;
}

function Score({ name, score, shares }: ScoreProps) {
  const reason = "not among the predictions that were logged";
  return (
    <span
      class="class values"
      title={`${name}: ${typeof score === "number" ? format(score) : score === null ? "not finite" : reason}`}
    >
      {score === undefined ? "–" : scoreWords(score, shares)}
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
