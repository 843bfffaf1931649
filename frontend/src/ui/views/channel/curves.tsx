import {
  type ChannelCurve,
  type ChannelCurves,
  curvesOf,
  MOST_OTHERS,
} from "../../../data/curves";
import { known } from "../../../data/queries";
import type { ShownRecord } from "../../../data/records";
import { listedRuns, runOrderOf } from "../../../data/resources";
import { filteredRuns } from "../../../data/run_filter";
import { cssOf, runColours } from "../../../drawing/colours";
import { change, state } from "../../../state/store";
import { stepsNow, toStep } from "../../frame/navigation";
import { Answered } from "../../parts/answered";
import { OneStep } from "../../parts/one_step";
import { Chart, type ChartSeries } from "./chart";

interface Props {
  record: ShownRecord;
  channel: number;
}

/** A channel over training in its run, and if wanted in others that have the same layer. */
export function Curves({ record, channel }: Props) {
  return (
    <Answered
      of={curvesOf(record, channel, {
        all: state.value.curves.all,
        runs: filteredRuns(state.value).runs,
      })}
      what="the curve"
      room="part"
    >
      {(curves) => <CurvesOfRuns {...{ record, channel, curves }} />}
    </Answered>
  );
}

function CurvesOfRuns({ record, channel, curves }: Props & { curves: ChannelCurves }) {
  const { all } = state.value.curves;
  const runs = listedRuns();
  const colours = runColours(known(runOrderOf(runs)) ?? runs.map(({ run }) => run));
  const { ownRun, otherRuns, candidates, late } = curves;
  if (!ownRun.maximum.length) {
    return <p class="quiet">No statistics of this channel were logged.</p>;
  }
  const colourOf = (run: string) => {
    const colour = colours.get(run);
    return colour ? cssOf(colour) : "var(--quiet)";
  };
  const lines = (curve: ChannelCurve, thin: boolean): ChartSeries[] =>
    (["maximum", "mean"] as const).map((part) => ({
      name: `${part}, ${curve.run}`,
      colour: colourOf(curve.run),
      points: curve[part],
      thin,
      dashed: part === "mean",
    }));
  const pick = (wanted: number) =>
    toStep(
      Math.max(
        0,
        stepsNow().steps.findLastIndex((step) => step <= wanted),
      ),
    );
  return (
    <>
      <OneStep />
      <Chart
        series={[...otherRuns.flatMap((curve) => lines(curve, true)), ...lines(ownRun, false)]}
        xLabel="step"
        yLabel={`channel ${channel}`}
        label={`Maximum and mean of channel ${channel} over the steps that were kept`}
        height={122}
        marked={record.address.step}
        onPick={pick}
      />
      {candidates > 0 && (
        <label>
          <input
            type="checkbox"
            checked={all}
            onChange={(event) => change({ curves: { all: event.currentTarget.checked } })}
          />
          all runs with this layer ({candidates} more
          {all && candidates > MOST_OTHERS && `, ${MOST_OTHERS} of them are drawn`}
          {late > 0 && `, loading ${late}`})
        </label>
      )}
    </>
  );
}
