import { statisticsOf } from "../../../data/channels";
import { failureOf, known } from "../../../data/queries";
import { inputNames, type ShownRecord, withValues } from "../../../data/records";
import { format } from "../../../drawing/legend";
import type { Point } from "../../../drawing/plot";
import type { Maps } from "../../../numbers/decode";
import { barOf, limitsWithZero } from "../../../numbers/positions";
import { toRelative } from "../../../numbers/receptive_field";
import type { MapPosition } from "../../../numbers/statistics";
import { change, select } from "../../../state/store";
import { Answered } from "../../parts/answered";
import { SignalAbove } from "../../parts/signal_above";
import { Histogram, Statistics } from "./channel_statistics";
import { Chart } from "./chart";
import { Curves } from "./curves";
import "./plot_panels.css";

interface Props {
  record: ShownRecord;
  channel: number;
  /** The position that is inspected, of a sequence. */
  inspected: MapPosition | null;
}

/** A unit for all inputs, or a channel of a sequence as a line. */
export function PlotPanels({ record, channel, inspected }: Props) {
  const { maps } = record;
  const isOfUnits = maps.form?.kind === "units";
  const statistics = statisticsOf(maps)[channel]!;
  const inspect = (position: MapPosition) => change({ inspected: toRelative(maps, position) });
  return (
    <div class="plot-panels">
      {isOfUnits ? (
        <section>
          <h3>For each input</h3>
          <UnitForInputs record={record} channel={channel} />
        </section>
      ) : (
        <section>
          <h3>Over the positions</h3>
          <SignalAbove record={record} />
          <Chart
            series={[{ name: "value", colour: "var(--ink)", points: pointsOf(maps, channel) }]}
            xLabel="position"
            yLabel={`channel ${channel}`}
            label={`Channel ${channel} over the positions`}
            height={200}
            marked={inspected?.column ?? null}
            onPick={(column) => inspect({ row: 0, column })}
          />
          <p class="lead quiet">Click a place to see all channels there.</p>
        </section>
      )}
      <section>
        <h3>Over training</h3>
        <Curves record={record} channel={channel} />
      </section>
      {!isOfUnits && (
        <>
          <section>
            <h3>How often values occur</h3>
            <Histogram {...{ maps, channel, statistics }} />
          </section>
          <section class="numbers">
            <h3>Values</h3>
            <Statistics
              {...{ maps, statistics, inspect }}
              most="maximum"
              position={statistics.argmax}
            />
          </section>
        </>
      )}
    </div>
  );
}

function pointsOf({ height, width, values }: Maps, channel: number): Point[] {
  const start = channel * height * width;
  return Array.from(values.subarray(start, start + height * width), (value, x) => ({
    x,
    y: Number.isFinite(value) ? value : null,
  }));
}

/** The value of a unit for each input, as bars from zero. */
function UnitForInputs({ record, channel }: Omit<Props, "inspected">) {
  const names = inputNames(record.header);
  const answers = names.map((name) => withValues(record, name));
  const values = answers.map((answer) => known(answer)?.maps.values[channel]);
  const limits = limitsWithZero(Float32Array.from(values, (value) => value ?? NaN));
  return (
    <>
      <p class="lead quiet">{`Bars from ${format(limits.low)} to ${format(limits.high)}`}</p>
      <div class="unit-inputs" role="group" aria-label={`Unit ${channel} for each input`}>
        {names.map((name, i) => {
          const answer = answers[i]!;
          const value = values[i];
          const bar = barOf(value ?? NaN, limits);
          const words = value === undefined ? (failureOf(answer) ?? "loading") : format(value);
          return (
            <button
              key={name}
              type="button"
              aria-current={name === record.input.name}
              aria-label={`${name}: ${words}`}
              onClick={() => select("a", { input: name })}
            >
              <span class="name">{name}</span>
              <span class="well">
                <i
                  style={{ left: `${100 * bar.from}%`, width: `${100 * (bar.to - bar.from)}%` }}
                />
              </span>
              <span class="values">
                <Answered of={answer} what="the value" room="cell">
                  {({ maps }) => <span>{format(maps.values[channel] ?? NaN)}</span>}
                </Answered>
              </span>
            </button>
          );
        })}
      </div>
    </>
  );
}
