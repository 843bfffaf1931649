/** Which record of a run belongs to a record of another. */

import { type Align, momentOf, nearest, type RunStep } from "../numbers/steps";
import type { RecordAddress, Run, Series, Step, Tag } from "./api";
import { type Answer, andThen, failed, ready, WAITING } from "./queries";
import type { LayerRecord } from "./records";
import { curveOf, headerOf, stepsOf } from "./resources";
import { addressOf } from "./runs";

/** The record of a tag that belongs to a record of the same run or of another. */
export function alignedAddress(
  run: Run,
  tag: Tag,
  reference: LayerRecord,
  align: Align,
): Answer<RecordAddress> {
  if (tag.unreadable !== null) return failed(tag.unreadable);
  // Within a run a step is the same moment in every layer.
  const by = run.run === reference.run.run ? "step" : align;
  const ofReference = alignableSeries(reference.run, reference.tag, by);
  const ofRun = alignableSeries(run, tag, by);
  return andThen(ofReference, ({ steps: referenceSteps }) =>
    andThen(ofRun, ({ series, steps }) =>
      andThen(alignedStep(referenceSteps, reference.address.step, steps, by), ({ kept }) =>
        ready(addressOf(series, kept)),
      ),
    ),
  );
}

interface AlignableSeries {
  series: Series;
  steps: AlignableStep[];
}

function alignableSeries(run: Run, tag: Tag, align: Align): Answer<AlignableSeries> {
  return andThen(stepsOf(run.run, tag), (series) => {
    const epochs = align === "epoch" ? epochsOf(run, tag, series) : ready(null);
    return andThen<readonly (number | null)[] | null, AlignableSeries>(epochs, (value) =>
      ready({ series, steps: alignableSteps(series, value, align) }),
    );
  });
}

/** The epochs of a series: of its curve, where that has them, else of its headers. */
function epochsOf(run: Run, tag: Tag, series: Series): Answer<(number | null)[]> {
  const curve = curveOf(run.run, tag, 0);
  if (curve.state === "waiting") return curve;
  if (curve.state === "ready" && curve.value.epochs) {
    const { steps, epochs } = curve.value;
    const known = new Map(steps.map((step, i) => [step, epochs[i] ?? null]));
    return ready(series.steps.map(({ step }) => known.get(step) ?? null));
  }
  const headers = series.steps.map((step) =>
    step.unreadable === null ? headerOf(addressOf(series, step)) : null,
  );
  // Only then, so that all are asked for at once.
  if (headers.some((answer) => answer?.state === "waiting")) return WAITING;
  return ready(
    headers.map((answer) =>
      answer?.state === "ready" ? (answer.value.position.epoch ?? null) : null,
    ),
  );
}

/** A step that was kept, with its epoch. */
export type AlignableStep = RunStep & { kept: Step };

/** The steps of a series that can be read and aligned; `epochs` are those of its steps. */
export function alignableSteps(
  series: Series,
  epochs: readonly (number | null)[] | null,
  align: Align,
): AlignableStep[] {
  return series.steps.flatMap((kept, i) => {
    const { step, wall_time, unreadable } = kept;
    if (unreadable !== null || (align === "wall" && wall_time === null)) return [];
    return [{ kept, step, epoch: epochs?.[i] ?? null, wall_time: wall_time ?? 0 }];
  });
}

/** Which of `ours` was at the moment of the step of `theirs`; else why there is none. */
export function alignedStep(
  theirs: readonly AlignableStep[],
  step: number,
  ours: readonly AlignableStep[],
  align: Align,
): Answer<AlignableStep> {
  const reference = theirs.find((other) => other.step === step);
  const unlisted = align === "step" ? step : null;
  const moment = reference ? momentOf(theirs, reference, align) : unlisted;
  if (moment === null) {
    return failed(`Step ${step} ${LACKS[align]}; align by step instead.`);
  }
  const aligned = nearest(ours, moment, align);
  if (aligned) return ready(aligned);
  const reason =
    align === "step"
      ? "There is no readable step to align."
      : `No step of the other run can be aligned: none ${HAS[align]}; align by step instead.`;
  return failed(reason);
}

const LACKS: { [key in Align]: string } = {
  step: "is not there",
  epoch: "says no epoch",
  wall: "has no wall time",
};
const HAS: { [key in Align]: string } = {
  step: "is there",
  epoch: "says its epoch",
  wall: "has a wall time",
};
