/** One channel of the statistics of all channels over the steps. */

import type { Point } from "../drawing/plot";
import type { Curve } from "./api";

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
