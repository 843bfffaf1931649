/** Which record of a run belongs to a record of another. */

import type { Align } from "../numbers/steps";
import type { Answer } from "./answers";
import type { Place, Run, Series, Tag } from "./api";
import { placeOf } from "./catalog";
import { alignedEntry, type Entry, entriesOf } from "./moments";
import { curveOf, headerOf, stepsOf } from "./resources";
import { andThen, type Record } from "./shown";

/** The record of a tag that belongs to a record of the same run or of another. */
export function alignedPlace(
  run: Run,
  tag: Tag,
  reference: Record,
  align: Align,
): Answer<Place> {
  if (tag.unreadable !== null) return { state: "failed", reason: tag.unreadable };
  // Within a run a step is the same moment in every layer.
  const by = run.run === reference.run.run ? "step" : align;
  const theirs = aligning(reference.run, reference.tag, by);
  const ours = aligning(run, tag, by);
  return andThen(theirs, (others) =>
    andThen(ours, ({ series, entries }) =>
      andThen(alignedEntry(others.entries, reference.place.step, entries, by), ({ kept }) => ({
        state: "ready",
        value: placeOf(series, kept),
      })),
    ),
  );
}

interface Aligning {
  series: Series;
  entries: Entry[];
}

function aligning(run: Run, tag: Tag, align: Align): Answer<Aligning> {
  return andThen(stepsOf(run.run, tag), (series) => {
    const epochs =
      align === "epoch"
        ? epochsOf(run, tag, series)
        : ({ state: "ready", value: null } as const);
    return andThen<readonly (number | null)[] | null, Aligning>(epochs, (value) => ({
      state: "ready",
      value: { series, entries: entriesOf(series, value, align) },
    }));
  });
}

/** The epochs of a series: of its curve, where that tells them, else of its headers. */
function epochsOf(run: Run, tag: Tag, series: Series): Answer<(number | null)[]> {
  const curve = curveOf(run.run, tag, 0);
  if (curve.state === "waiting") return curve;
  if (curve.state === "ready" && curve.value.epochs) {
    const { steps, epochs } = curve.value;
    const known = new Map(steps.map((step, i) => [step, epochs[i] ?? null]));
    const value = series.steps.map(({ step }) => known.get(step) ?? null);
    return { state: "ready", value };
  }
  const readable = series.steps.map((step) =>
    step.unreadable === null ? headerOf(placeOf(series, step)) : null,
  );
  // Only then, so that all are asked for at once.
  if (readable.some((answer) => answer?.state === "waiting")) return { state: "waiting" };
  return {
    state: "ready",
    value: readable.map((answer) =>
      answer?.state === "ready" ? (answer.value.position.epoch ?? null) : null,
    ),
  };
}
