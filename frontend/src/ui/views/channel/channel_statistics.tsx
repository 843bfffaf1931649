import { useMemo, useRef } from "preact/hooks";
import { css, NON_FINITE_COLOURS } from "../../../drawing/colours";
import { format, percent, ticks } from "../../../drawing/legend";
import type { Maps } from "../../../numbers/decode";
import { placeWords } from "../../../numbers/map_form";
import { MARKS } from "../../../numbers/scale";
import {
  type ChannelStatistics,
  channelHistogram,
  type MapPosition,
} from "../../../numbers/statistics";
import { useSize } from "../../hooks/size";

const HEIGHT = 104;
const MARGIN = { left: 34, right: 8, top: 6, bottom: 18 };

interface StatisticsProps {
  maps: Maps;
  statistics: ChannelStatistics;
  /** What stands out, and where that is. */
  most: string;
  position: MapPosition | null;
  inspect: (position: MapPosition) => void;
}

/** Statistics of a channel, a line each. */
export function Statistics({ maps, statistics, most, position, inspect }: StatisticsProps) {
  const positions = maps.height * maps.width;
  const show = (value: number | null) => (value === null ? "no finite value" : format(value));
  const count = (number: number) => number.toLocaleString("en");
  return (
    <table class="facts">
      <tbody>
        <Fact name="minimum" value={show(statistics.minimum)} />
        <Fact name="maximum" value={show(statistics.maximum)} />
        {position && (
          <tr>
            <td title="Where it is first, from the top and from the left">{most} at</td>
            <td>
              <button
                type="button"
                class="link"
                title="Show all channels at this place (o)"
                onClick={() => inspect(position)}
              >
                {placeWords(maps.form, position)}
              </button>
            </td>
          </tr>
        )}
        <Fact name="mean" value={show(statistics.mean)} />
        <Fact name="standard deviation" value={show(statistics.deviation)} />
        <Fact name="L2 norm" value={show(statistics.l2)} />
        <Fact name="zeros" value={percent(statistics.zeroShare)} />
        <Fact name="NaN" value={count(statistics.nanCount)} odd={statistics.nanCount > 0} />
        <Fact
          name="infinite"
          value={count(statistics.infCount)}
          odd={statistics.infCount > 0}
        />
        <Fact name="values" value={count(positions)} />
      </tbody>
    </table>
  );
}

function Fact({ name, value, odd = false }: { name: string; value: string; odd?: boolean }) {
  return (
    <tr class={odd ? "odd" : ""}>
      <td>{name}</td>
      <td data-fact={name}>{value}</td>
    </tr>
  );
}

interface HistogramProps {
  maps: Maps;
  channel: number;
  statistics: ChannelStatistics;
}

/** How often values occur; zeros and what is not finite are counted beside it. */
export function Histogram({ maps, channel, statistics }: HistogramProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const counted = useMemo(() => channelHistogram(maps, channel), [maps, channel]);
  const zeros = Math.round(statistics.zeroShare * maps.height * maps.width);
  const beside = [
    `${zeros.toLocaleString("en")} zeros (${percent(statistics.zeroShare)})`,
    `${statistics.nanCount} NaN`,
    `${statistics.infCount} infinite`,
  ];
  return (
    <div class="spread" ref={box}>
      {counted ? (
        <Bins counts={counted.counts} limits={counted.limits} width={width} />
      ) : (
        <p class="quiet">No bars: no value is finite and other than zero.</p>
      )}
      <p class="lead quiet values" data-name="beside">
        Not in the bars:{" "}
        {beside.map((words, i) => (
          <span
            key={i}
            style={
              i && !words.startsWith("0 ") ? { color: css(NON_FINITE_COLOURS[MARKS.nan]) } : {}
            }
          >
            {i ? ", " : ""}
            {words}
          </span>
        ))}
      </p>
    </div>
  );
}

interface BinsProps {
  counts: Uint32Array;
  limits: { low: number; high: number };
  width: number;
}

function Bins({ counts, limits, width }: BinsProps) {
  const { low, high } = limits;
  const inside = Math.max(1, width - MARGIN.left - MARGIN.right);
  const bottom = HEIGHT - MARGIN.bottom;
  const rise = bottom - MARGIN.top;
  const most = Math.max(...counts);
  const binWidth = inside / counts.length;
  const edge = (bin: number) => low + ((high - low) * bin) / counts.length;
  const x = (value: number) =>
    MARGIN.left + (high > low ? (inside * (value - low)) / (high - low) : binWidth / 2);
  return (
    <svg
      role="img"
      aria-label="Histogram of the values that are not zero"
      width={width}
      height={HEIGHT}
    >
      {[...counts].map((count, bin) => {
        // What occurs at all is seen.
        const height = count ? Math.max(1, (rise * count) / most) : 0;
        return (
          <g key={bin}>
            <rect
              class="bin"
              x={MARGIN.left + bin * binWidth}
              y={bottom - height}
              width={Math.max(0.5, binWidth - 1)}
              height={height}
            />
            <rect
              class="reach"
              x={MARGIN.left + bin * binWidth}
              y={MARGIN.top}
              width={binWidth}
              height={rise}
            >
              <title>
                {`${count} values from ${format(edge(bin))} to ${format(edge(bin + 1))}`}
              </title>
            </rect>
          </g>
        );
      })}
      <line class="edge" x1={MARGIN.left} x2={width - MARGIN.right} y1={bottom} y2={bottom} />
      <text x={MARGIN.left - 5} y={MARGIN.top} dy="0.7em" text-anchor="end">
        {format(most)}
      </text>
      <text x={MARGIN.left - 5} y={bottom} text-anchor="end">
        0
      </text>
      {ticks(limits, Math.max(3, Math.floor(inside / 70))).map((value) => (
        <text key={value} x={x(value)} y={HEIGHT - 4} text-anchor="middle">
          {format(value)}
        </text>
      ))}
    </svg>
  );
}
