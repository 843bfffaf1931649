import { type ChannelCurve, curvesOf, MOST_OTHERS } from "../../../data/curves";
import type { ShownRecord } from "../../../data/records";
import { listedRuns, runOrderOf } from "../../../data/resources";
import { cssOf, runColours } from "../../../drawing/colours";
import { change, state } from "../../../state/store";
import { stepsNow, toStep } from "../../frame/navigation";
import { useLatest } from "../../hooks/latest";
import { OneStep } from "../../parts/one_step";
import { Chart, type ChartSeries } from "./chart";

/** A channel over training in its run, and if wanted in others that have the same layer. */
export function Curves({ record, channel }: { record: ShownRecord; channel: number }) {
  const { all } = state.value.curves;
  const latest = useLatest(curvesOf(record, channel, all));
  const runs = listedRuns();
  const order = runOrderOf(runs);
  const names = order.state === "ready" ? order.value : runs.map(({ run }) => run);
  const colours = runColours(names);
  if (latest.reason !== null) return <p class="failed">{latest.reason}</p>;
  if (!latest.value) return <p class="quiet">Looking for the curve …</p>;
  const { ownRun, otherRuns, candidates } = latest.value;
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
        height={130}
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
          {all && candidates > MOST_OTHERS && `, ${MOST_OTHERS} of them are drawn`})
        </label>
      )}
    </>
  );
}
