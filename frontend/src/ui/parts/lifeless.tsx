import type { Header } from "../../data/api";
import { type Lifelessness, lifelessness } from "../../data/opening";
import { known } from "../../data/queries";
import type { LayerRecord } from "../../data/records";
import { healthOf, stepsOf } from "../../data/resources";
import { readableSteps } from "../../data/runs";
import { inputWords } from "../../drawing/legend";
import { beganAt, healthTable, isBroken, type ScalarsAtStep } from "../../numbers/health";
import { select } from "../../state/store";

/** That a layer shows nothing, and since when, where that is known. */
export function Lifeless({ record, input }: { record: LayerRecord; input: number }) {
  const kind = lifelessness(record.header, input);
  if (kind === null) return null;
  const since = beganIn(record, kind);
  const earlier = since !== null && since < record.address.step;
  return (
    <p class="lead failed" data-name="lifeless">
      {lifelessWords(record.header, kind)}
      {earlier && (
        <>
          {`, ${SINCE[kind]} step ${since}. `}
          <button type="button" onClick={() => select("a", { step: since })}>
            Go to step {since}
          </button>
        </>
      )}
      {!earlier && "."}
    </p>
  );
}

const SINCE: { [kind in Lifelessness]: string } = {
  silent: "since",
  "not finite": "with NaN or infinite values since",
  "silent or not finite": "with NaN or infinite values since",
};

function lifelessWords({ step, inputs }: Header, kind: Lifelessness): string {
  const count = inputs[0]?.packed.shape[2] ?? 0;
  if (kind === "silent") {
    const which = count === 1 ? "The only channel is" : `All ${count} channels are`;
    return `${which} silent for ${inputWords(inputs.length)} at step ${step}`;
  }
  if (kind === "not finite") return `Nothing is finite at step ${step}`;
  return `Each of the ${count} channels is silent or not finite at step ${step}`;
}

/** The step that was kept from which on it has been so; null where that is not known. */
function beganIn(
  { run, tag, address, header }: LayerRecord,
  kind: Lifelessness,
): number | null {
  const series = known(stepsOf(run.run, tag));
  // The tree of layers asks for it.
  const health = known(healthOf(run));
  if (!series || !health) return null;
  const steps = readableSteps(series).map(({ step }) => step);
  const at = steps.indexOf(address.step);
  if (at < 0) return null;
  const row = healthTable([header.layer.path], health.layers).scalars[0];
  const began = beganAt(at, (index) => holds(row?.get(steps[index]!), kind));
  return began === null ? null : (steps[began] ?? null);
}

/** Whether a layer was so at a step; undefined where that is not known. */
function holds(scalars: ScalarsAtStep | undefined, kind: Lifelessness): boolean | undefined {
  if (!scalars) return undefined;
  if (kind !== "silent") return isBroken(scalars);
  return typeof scalars.silent === "number" ? scalars.silent === 1 : undefined;
}
