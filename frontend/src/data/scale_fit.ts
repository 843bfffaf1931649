/** Scales of which too little is used by what is in sight, and those that would fit. */

import { percent } from "../drawing/legend";
import { channelLimits, type Limits, union } from "../numbers/limits";
import type { Coverage } from "../numbers/scale";
import { tooLittle } from "../numbers/scale_use";
import type { ScaleChoice, State } from "../state/state";
import { type Answer, andThen, ready } from "./queries";
import type { ShownRecord } from "./records";
import { centred, type Scaling, scalingOf } from "./scaling";

/** What uses too little of a scale, and how much. */
export interface LeastUser {
  who: string;
  share: number;
}

/** That something uses too little of a scale, and the choice with which it would use more. */
export interface Misfit extends LeastUser {
  fitting: Partial<State> | null;
}

/** Whether too little of a scale is used by all that is in sight; `scalingFor` knows others. */
export function misfitOf(
  scaling: Scaling,
  { seen }: Coverage,
  choice: ScaleChoice,
  scalingFor: (choice: ScaleChoice) => Answer<Scaling>,
): Misfit | null {
  const little = scaling.shared ? tooLittle(scaling.limits(0), [seen]) : null;
  if (!little) return null;
  const others = (["auto", "channel"] as const).map((mode) => ({ ...choice, mode }));
  const scale = others.find((other) => {
    const found = scalingFor(other);
    if (found.state !== "ready") return false;
    return !found.value.shared || !tooLittle(found.value.limits(0), [seen]);
  });
  const fitting = scale ? { scale } : null;
  return { who: "what is shown", share: little.share, fitting };
}

/**
 * The scale of one channel, at one step or for several: by itself that of its layer, or the
 * channel's own where it would use too little of that.
 */
export function scalingOfChannel(
  record: ShownRecord | readonly ShownRecord[],
  channel: number,
  choice: ScaleChoice,
): Answer<Scaling> {
  const records = [record].flat();
  return andThen(scalingOf(records, choice), (scaling) => {
    const own = records
      .map(({ maps }) => channelLimits(maps, channel))
      .reduce<Limits | null>(union, null);
    const little = choice.mode === "auto" && tooLittle(scaling.limits(channel), [own]);
    if (!little) return ready(scaling);
    const limits = centred(own, choice);
    const words =
      "the channel's smallest to largest value: " +
      `of its layer's scale it would use ${percent(little.share)}`;
    return ready({ limits: () => limits, shared: true, words });
  });
}
