import type { Run } from "../../../data/api";
import { type Answer, failureOf, known } from "../../../data/queries";
import type { Reference, RunNumber } from "../../../data/run_matrix";
import type { Size } from "../../../numbers/layout";
import type { RunMeasure } from "../../../numbers/run_measures";
import { select } from "../../../state/store";
import { compareWithRun } from "../../frame/navigation";
import { Answered } from "../../parts/answered";
import { type CellColours, numberText } from "../../pictures/run_painting";

interface Props {
  answer: Answer<RunNumber>;
  run: Run;
  layer: string;
  reference: Reference;
  measure: RunMeasure;
  /** What the measure is called. */
  name: string;
  colours: CellColours | null;
  left: number;
  size: Size;
  say: (words: string | null) => void;
}

/** A number of a layer in a run, why there is none, or that it is being measured. */
export function RunCell(props: Props) {
  const { answer, run, layer, reference, measure, name, colours, left, size, say } = props;
  const { run: own } = reference.record;
  const isA = run.run === own.run;
  const words = wordsOf(props);
  const has = ({ tags }: Run) => tags.some((tag) => tag.layer === layer);
  const reason = failureOf(answer);
  const number = known(answer);
  return (
    <button
      type="button"
      class={`run-cell ${number === undefined ? "unknown" : ""}`}
      tabIndex={-1}
      aria-label={words}
      aria-busy={number === undefined && reason === null}
      title={reason ?? ""}
      disabled={!has(run)}
      style={{
        left: `${left}px`,
        width: `${size.width}px`,
        height: `${size.height}px`,
        ...(colours ? { background: colours.background, color: colours.ink } : {}),
      }}
      onClick={() => {
        if (isA) select("a", { layer });
        else if (has(own)) compareWithRun({ run: run.run, layer, step: null });
        else select("a", { run: run.run, layer });
      }}
      onMouseEnter={() => say(words)}
      onMouseLeave={() => say(null)}
    >
      {reason === null ? (
        <Answered key={name} of={answer} what="the number" room="cell">
          {(found) => <span>{numberText(found, measure)}</span>}
        </Answered>
      ) : (
        "–"
      )}
    </button>
  );
}

function wordsOf({ answer, run, layer, measure, name }: Props): string {
  const where = `${layer} · run ${run.run}`;
  const missing = failureOf(answer);
  if (missing !== null) return `${where}: ${missing}`;
  const number = known(answer);
  if (!number) return `${where}: being measured`;
  const { value, step, leftOut } = number;
  const notFinite = leftOut ? `, without ${leftOut} values (*) that are not finite` : "";
  const reason = value === Infinity ? ", as A is zero everywhere" : "";
  const text = Number.isNaN(value) ? nothing(measure) : numberText(number, measure);
  return `${where} · step ${step}: ${name} ${text}${reason}${notFinite}`;
}

function nothing(measure: RunMeasure): string {
  return measure === "angle"
    ? "not defined, as one of the two is zero everywhere or not finite"
    : "NaN, as values are not finite";
}
