import type { Header } from "../../data/api";
import { type Lifeless as Kind, lifelessness } from "../../data/opening";
import type { Record } from "../../data/records";
import { healthOf, stepsOf } from "../../data/resources";
import { beganAt, type Facts, healthTable, isBroken } from "../../numbers/health";
import { select } from "../../state/store";

/** Says that a layer shows nothing, and since when, where that is known. */
export function Lifeless({ record, input }: { record: Record; input: number }) {
  const kind = lifelessness(record.header, input);
  if (kind === null) return null;
  const since = beganIn(record, kind);
  const earlier = since !== null && since < record.place.step;
  return (
    <p class="lead failed" data-name="lifeless">
      {words(record.header, kind)}
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

const SINCE: { [kind in Kind]: string } = {
  dead: "since",
  "not finite": "with NaN or infinite values since",
  "dead or not finite": "with NaN or infinite values since",
};

function words({ step, inputs }: Header, kind: Kind): string {
  const count = inputs[0]?.packed.shape[2] ?? 0;
  if (kind === "dead") {
    const which = count === 1 ? "The only channel is" : `All ${count} channels are`;
    return `${which} dead at step ${step}`;
  }
  if (kind === "not finite") return `Nothing is finite at step ${step}`;
  return `Each of the ${count} channels is dead or not finite at step ${step}`;
}

/** The step that was kept from which on it has been so; null where that is not known. */
function beganIn({ run, tag, place, header }: Record, kind: Kind): number | null {
  const series = stepsOf(run.run, tag);
  // The tree of layers asks for it.
  const health = healthOf(run);
  if (series.state !== "ready" || health.state !== "ready") return null;
  const steps = series.value.steps
    .filter(({ unreadable }) => unreadable === null)
    .map(({ step }) => step);
  const at = steps.indexOf(place.step);
  if (at < 0) return null;
  const row = healthTable([header.layer.path], health.value.layers).facts[0];
  const began = beganAt(at, (index) => holds(row?.get(steps[index]!), kind));
  return began === null ? null : (steps[began] ?? null);
}

function holds(facts: Facts | undefined, kind: Kind): boolean | undefined {
  if (!facts) return undefined;
  if (kind !== "dead") return isBroken(facts);
  return typeof facts.dead === "number" ? facts.dead === 1 : undefined;
}
