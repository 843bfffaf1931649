import { useRef, useState } from "preact/hooks";
import { format, ticks } from "../../../drawing/legend";
import {
  type Axes,
  across,
  alone,
  axesOf,
  down,
  nearestX,
  type Point,
  pathOf,
} from "../../../drawing/plot";
import type { Rectangle } from "../../../numbers/layout";
import { useSize } from "../../hooks/size";
import "./chart.css";

/** Room for the numbers beside and below. */
const MARGIN = { left: 52, right: 12, top: 8, bottom: 20 };
/** How far numbers at an axis are apart at least, in pixels. */
const APART = { x: 60, y: 28 };

/** One line of a chart. */
export interface ChartSeries {
  name: string;
  /** As CSS has it. */
  colour: string;
  /** In the order of x; y is null where the value is not finite. */
  points: readonly Point[];
  /** Whether it is only there to compare with. */
  thin?: boolean;
  dashed?: boolean;
}

interface Props {
  series: readonly ChartSeries[];
  xLabel: string;
  yLabel: string;
  /** What it shows, for people who cannot see it. */
  label: string;
  height?: number;
  /** Where on the horizontal axis what is looked at is. */
  marked?: number | null;
  onPick?: (x: number) => void;
}

/** Lines over a common axis; a click picks the nearest place that has a point. */
export function Chart(props: Props) {
  const { series, height = 160, marked = null, onPick } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [under, setUnder] = useState<number | null>(null);
  const lines = series.map((one) => one.points);
  const axes = axesOf(lines);
  const frame: Rectangle = {
    x: MARGIN.left,
    y: MARGIN.top,
    width: Math.max(1, width - MARGIN.left - MARGIN.right),
    height: height - MARGIN.top - MARGIN.bottom,
  };
  const find = (event: MouseEvent) => {
    const area = (event.currentTarget as Element).getBoundingClientRect();
    return axes && nearestX(axes, frame, lines, event.clientX - area.left);
  };
  const read = under ?? marked;
  return (
    <div class="chart" ref={box}>
      {axes ? (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the arrows go to the same steps
        <svg
          role="img"
          aria-label={props.label}
          width={width}
          height={height}
          class={onPick ? "picks" : ""}
          onMouseMove={(event) => setUnder(find(event))}
          onMouseLeave={() => setUnder(null)}
          onClick={(event) => {
            const x = find(event);
            if (x !== null) onPick?.(x);
          }}
        >
          <Ticks axes={axes} frame={frame} places={placesOf(axes, frame, lines)} />
          {marked !== null && <At axes={axes} frame={frame} x={marked} name="marked" />}
          {under !== null && <At axes={axes} frame={frame} x={under} name="under" />}
          {series.map((line) => (
            <Line key={line.name} axes={axes} frame={frame} line={line} />
          ))}
        </svg>
      ) : (
        <p class="quiet">Nothing here is finite.</p>
      )}
      <Names series={series} x={read} xLabel={props.xLabel} yLabel={props.yLabel} />
    </div>
  );
}

/** What is numbered below: of a single place only that, among whole ones only whole ones. */
function placesOf(
  axes: Axes,
  frame: Rectangle,
  lines: readonly (readonly Point[])[],
): number[] {
  const all = [...new Set(lines.flat().map(({ x }) => x))];
  if (all.length === 1) return all;
  const whole = all.every(Number.isInteger);
  return ticks(axes.x, Math.max(3, Math.floor(frame.width / APART.x))).filter(
    (value) => !whole || Number.isInteger(value),
  );
}

interface PartProps {
  axes: Axes;
  frame: Rectangle;
}

function Ticks({ axes, frame, places }: PartProps & { places: readonly number[] }) {
  const [bottom, right] = [frame.y + frame.height, frame.x + frame.width];
  return (
    <g class="axes">
      {ticks(axes.y, Math.max(3, Math.floor(frame.height / APART.y))).map((value) => {
        const y = down(axes, frame, value);
        return (
          <g key={`y${value}`}>
            <line x1={frame.x} x2={right} y1={y} y2={y} />
            <text x={frame.x - 6} y={y} dy="0.35em" text-anchor="end">
              {format(value)}
            </text>
          </g>
        );
      })}
      {places.map((value) => {
        const x = across(axes, frame, value);
        return (
          <g key={`x${value}`}>
            <line x1={x} x2={x} y1={bottom} y2={bottom + 4} />
            <text x={x} y={bottom + 15} text-anchor="middle">
              {format(value)}
            </text>
          </g>
        );
      })}
      <line class="edge" x1={frame.x} x2={right} y1={bottom} y2={bottom} />
    </g>
  );
}

function At({ axes, frame, x, name }: PartProps & { x: number; name: string }) {
  if (x < axes.x.low || x > axes.x.high) return null;
  const place = across(axes, frame, x);
  return <line class={name} x1={place} x2={place} y1={frame.y} y2={frame.y + frame.height} />;
}

function Line({ axes, frame, line }: PartProps & { line: ChartSeries }) {
  const { points, colour, thin = false, dashed = false } = line;
  const width = thin ? 1 : 2;
  return (
    <g data-series={line.name}>
      <path
        d={pathOf(axes, frame, points)}
        fill="none"
        stroke={colour}
        stroke-width={width}
        stroke-dasharray={dashed ? "4 3" : undefined}
      />
      {alone(points).map(({ x, y }) => (
        <circle
          key={x}
          cx={across(axes, frame, x)}
          cy={down(axes, frame, y)}
          r={width + 1}
          fill={colour}
        />
      ))}
      {points.map(({ x, y }) =>
        y === null ? (
          <text
            key={x}
            class="broken"
            x={across(axes, frame, x)}
            y={frame.y + frame.height - 2}
            text-anchor="middle"
          >
            ×
          </text>
        ) : null,
      )}
    </g>
  );
}

interface NamesProps {
  series: readonly ChartSeries[];
  x: number | null;
  xLabel: string;
  yLabel: string;
}

/** Which line is which, with its value at a place. */
function Names({ series, x, xLabel, yLabel }: NamesProps) {
  const broken = series.some((one) => one.points.some(({ y }) => y === null));
  return (
    <p class="names">
      <span class="quiet">
        {yLabel} over {xLabel}
        {x !== null && ` · ${xLabel} ${format(x)}:`}
      </span>
      {series.map(({ name, colour, points, thin = false, dashed = false }) => {
        const at = points.find((point) => point.x === x);
        return (
          <span key={name} class="values">
            <i
              class={dashed ? "dashed" : ""}
              style={{ borderColor: colour, borderTopWidth: `${thin ? 1 : 2}px` }}
            />
            {name}
            {at && ` ${at.y === null ? "not finite" : format(at.y)}`}
          </span>
        );
      })}
      {broken && (
        <span class="quiet">
          <span class="broken">×</span> not finite
        </span>
      )}
    </p>
  );
}
