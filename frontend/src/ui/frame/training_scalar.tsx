import { useMemo, useRef, useState } from "preact/hooks";
import { known } from "../../data/queries";
import { chosenRun, present } from "../../data/records";
import { type ShownScalar, shownScalar } from "../../data/training_scalar";
import { format } from "../../drawing/legend";
import { across, alone, axesOf, down, pathOf } from "../../drawing/plot";
import { change, state } from "../../state/store";
import { useSize } from "../hooks/size";
import { Answered } from "../parts/answered";
import { toStep } from "./navigation";
import "./training_scalar.css";

/** Height of the curve, and the room above and below it, in CSS pixels. */
const [HEIGHT, ROOM] = [34, 3];
/** With less width there is no room for the name. */
const NARROW = 160;
/** Half of the thumb of the slider: its middle never comes nearer to an end. */
const THUMB = 8;

/** The loss of the training, or another scalar, above the slider; nothing without one. */
export function TrainingScalarCurve({ at }: { at: number }) {
  // That of another run says nothing of this one.
  const run = known(chosenRun(present(state.value.a)))?.run;
  return (
    <Answered key={run} of={shownScalar(state.value)} what="the loss" room="beside">
      {(shown) => shown && <ScalarCurve shown={shown} at={at} />}
    </Answered>
  );
}

function ScalarCurve({ shown, at }: { shown: ShownScalar; at: number }) {
  const { along, steps, name } = shown;
  const box = useRef<HTMLSpanElement>(null);
  const { width } = useSize(box);
  const [under, setUnder] = useState<number | null>(null);
  const last = steps.length - 1;
  const frame = { x: THUMB, y: ROOM, width: Math.max(1, width - 2 * THUMB), height: HEIGHT };
  const curve = useMemo(() => {
    const axes = axesOf([along.points]);
    // A step is where the slider has it, whatever steps the scalar has.
    return axes && { ...axes, x: { low: 0, high: Math.max(last, 1) } };
  }, [along, last]);
  const find = (event: MouseEvent) => {
    const area = (event.currentTarget as Element).getBoundingClientRect();
    const share = (event.clientX - area.left - THUMB) / frame.width;
    return Math.min(Math.max(Math.round(share * last), 0), last);
  };
  const read = under ?? at;
  const place = curve ? across(curve, frame, read) : 0;
  return (
    <span class="training-scalar" ref={box} data-by={along.by}>
      {curve && steps.length > 1 && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the slider below goes to the same steps
        <svg
          role="img"
          aria-label={`${name} over the steps: ${valueWords(shown, at)}`}
          width={width}
          height={HEIGHT + 2 * ROOM}
          onMouseMove={(event) => setUnder(find(event))}
          onMouseLeave={() => setUnder(null)}
          onClick={(event) => toStep(find(event))}
        >
          <title>{titleOf(shown)}</title>
          <line class="at" x1={place} x2={place} y1={ROOM} y2={HEIGHT + ROOM} />
          <path d={pathOf(curve, frame, along.points)} fill="none" />
          {alone(along.points).map(({ x, y }) => (
            <circle key={x} cx={across(curve, frame, x)} cy={down(curve, frame, y)} r={2} />
          ))}
          {along.points.map(({ x, y }) =>
            y === null ? (
              <text
                key={x}
                x={across(curve, frame, x)}
                y={HEIGHT + ROOM - 2}
                text-anchor="middle"
              >
                ×
              </text>
            ) : null,
          )}
        </svg>
      )}
      <span class="told-scalar" title={titleOf(shown)}>
        {width >= NARROW && (
          <select
            aria-label="Scalar above the steps"
            aria-keyshortcuts="v"
            title="What is drawn above the steps (v: the next)"
            value={name}
            onChange={(event) => change({ scalar: event.currentTarget.value })}
          >
            {shown.scalar.names.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        )}
        <output class="values" data-name="scalar">
          {under !== null && `step ${steps[under]?.step}: `}
          {valueWords(shown, read)}
        </output>
      </span>
    </span>
  );
}

/** The value that a step has, in words. */
function valueWords({ along, scalar }: ShownScalar, at: number): string {
  const index = along.at[at] ?? null;
  if (index === null) return "not logged yet";
  const value = scalar.values[index] ?? null;
  return value === null ? "not finite" : format(value);
}

function titleOf({ name, along, scalar }: ShownScalar): string {
  const finite = scalar.values.filter((value) => value !== null);
  const range = finite.length
    ? `, ${format(Math.min(...finite))} to ${format(Math.max(...finite))}`
    : "";
  const lines = [
    `${name}${range}`,
    along.by === "time"
      ? "Epochs here and batches there: placed by the time at which each was written."
      : "Placed by step.",
  ];
  if (along.beyond) lines.push(`${along.beyond} of its points lie beyond the steps kept.`);
  if (scalar.steps.length >= scalar.given_at_most) {
    lines.push(`Of more than ${scalar.given_at_most} points some are left out at random.`);
  }
  if (finite.length < scalar.values.length) lines.push("×: not finite.");
  return lines.join("\n");
}
