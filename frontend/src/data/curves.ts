/** A channel over the steps that were kept, in its run and in others. */

import type { Point } from "../drawing/plot";
import type { Curve, Run } from "./api";
import { type Answer, andThen, failed, known, ready } from "./queries";
import type { ShownRecord } from "./records";
import { curveOf } from "./resources";

/** How many other runs are asked for their curves. */
export const MOST_OTHERS = 8;

/** The curve of the run that is looked at, and those of others with such a layer. */
export interface ChannelCurves {
  ownRun: ChannelCurve;
  otherRuns: ChannelCurve[];
  /** How many other runs have the layer, and of how many the curves are on their way. */
  candidates: number;
  late: number;
}

/** The curves of a channel for the input that is shown, in all of these runs or only in its own. */
export function curvesOf(
  record: ShownRecord,
  channel: number,
  { all, runs }: { all: boolean; runs: readonly Run[] },
): Answer<ChannelCurves> {
  const candidates = runs.filter(
    (run) => run.run !== record.run.run && tagIn(run, record) !== null,
  );
  const wanted = all ? candidates.slice(0, MOST_OTHERS) : [];
  const answers = wanted.map((run) => curveIn(run, record));
  const late = answers.filter(({ state }) => state === "waiting").length;
  const otherRuns = answers.flatMap((answer) => {
    // Those of others come when they come, and need not come at all.
    const curve = known(answer);
    const channelCurve = curve && ofChannel(curve, record.input.name, channel);
    return channelCurve?.maximum.length ? [channelCurve] : [];
  });
  return andThen(curveIn(record.run, record), (curve) => {
    const ownRun = curve && ofChannel(curve, record.input.name, channel);
    return ownRun
      ? ready({ ownRun, otherRuns, candidates: candidates.length, late })
      : failed("No curve was logged for this input.");
  });
}

function tagIn(run: Run, record: ShownRecord) {
  return run.tags.find((tag) => tag.tag === record.tag.tag && tag.unreadable === null) ?? null;
}

/** The curve of an input by its name, whatever its number is in that run. */
function curveIn(run: Run, record: ShownRecord): Answer<Curve | null> {
  const tag = tagIn(run, record);
  if (!tag) return ready(null);
  return andThen<Curve, Curve | null>(curveOf(run.run, tag, record.number), (curve) => {
    const number = curve.inputs.indexOf(record.input.name);
    if (number === record.number) return ready(curve);
    return number < 0 ? ready(null) : curveOf(run.run, tag, number);
  });
}

/** What a run says of a channel, step by step. */
export interface ChannelCurve {
  run: string;
  maximum: Point[];
  mean: Point[];
}

/** The points of a channel; steps that say nothing of it have none. */
export function ofChannel(curve: Curve, input: string, channel: number): ChannelCurve {
  const points = (name: "maximum" | "mean") =>
    curve.steps.flatMap((step, i): Point[] => {
      const y = curve.statistics[name][i]?.[channel];
      return y === undefined || curve.names[i] !== input ? [] : [{ x: step, y }];
    });
  return { run: curve.run, maximum: points("maximum"), mean: points("mean") };
}
