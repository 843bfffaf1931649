import { useMemo, useRef } from "preact/hooks";
import type { Shown } from "../../../data/records";
import { format } from "../../../drawing/legend";
import type { Maps } from "../../../numbers/decode";
import { barOf, largestFirst, limitsWithZero, valuesAt } from "../../../numbers/positions";
import { fieldAt, sharesOf } from "../../../numbers/receptive_field";
import type { Place } from "../../../numbers/statistics";
import { change, select } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useRows } from "../../hooks/size";
import { Field } from "../../parts/number_field";

/** Height of a row, as in the style sheet. */
const ROW = 20;

interface Props {
  one: Shown;
  picture: Maps | null;
  channel: number;
  place: Place;
}

/** All channels at one position, and what it sees of the input. */
export function Inspector({ one, picture, channel, place }: Props) {
  const { maps } = one;
  const go = (part: Partial<Place>) => change({ place: sharesOf(maps, { ...place, ...part }) });
  return (
    <section class="inspector" aria-label="Position">
      <div class="tools">
        <h3>Position</h3>
        <button
          type="button"
          title="Inspect no position (Esc)"
          onClick={() => change({ place: null })}
        >
          Clear
        </button>
      </div>
      <div class="tools">
        <label>
          row
          <Field
            name={`Row, 0 to ${maps.height - 1}`}
            value={place.row}
            low={0}
            high={maps.height - 1}
            whole
            set={(row) => go({ row })}
          />
        </label>
        <label>
          column
          <Field
            name={`Column, 0 to ${maps.width - 1}`}
            value={place.column}
            low={0}
            high={maps.width - 1}
            whole
            set={(column) => go({ column })}
          />
        </label>
      </div>
      <p class="lead quiet" data-name="field">
        {seen(one, picture, place)}
      </p>
      <Bars maps={maps} channel={channel} place={place} />
    </section>
  );
}

/** Which pixels a position sees, in words. */
function seen(one: Shown, picture: Maps | null, { row, column }: Place): string {
  const field = one.header.layer.receptive_field;
  if (!field) return "What it sees of the input is not known.";
  const [height, width] = field.size;
  const size = `Sees ${height}×${width} px of the input`;
  const [down, across] = picture ? [picture.height, picture.width] : [Infinity, Infinity];
  const region = fieldAt(field, row, column, down, across);
  if (!region.height || !region.width) return `${size}, all of them in the padding.`;
  const cut = region.height < height || region.width < width;
  return (
    `${size}: rows ${region.row} to ${region.row + region.height - 1}, ` +
    `columns ${region.column} to ${region.column + region.width - 1}` +
    (cut ? "; the rest is padding." : ".")
  );
}

function Bars({ maps, channel, place }: { maps: Maps; channel: number; place: Place }) {
  const list = useRef<HTMLDivElement>(null);
  const { values, order, limits } = useMemo(() => {
    const found = valuesAt(maps, place);
    return { values: found, order: largestFirst(found), limits: limitsWithZero(found) };
  }, [maps, place.row, place.column]);
  const { first, end } = useRows(list, order.length, ROW);
  const point = (other: number) => (viewState.pointed.value = { channel: other, ...place });
  return (
    <>
      <p class="lead quiet">
        {maps.channels} channels, largest first; bars from {format(limits.low)} to{" "}
        {format(limits.high)}
      </p>
      <div class="bars" ref={list} role="group" aria-label="Channels at the position">
        <div style={{ height: `${order.length * ROW}px`, position: "relative" }}>
          {order.slice(first, end).map((other, i) => {
            const value = values[other]!;
            const bar = barOf(value, limits);
            return (
              <button
                key={other}
                type="button"
                class={`bar-row ${Number.isFinite(value) ? "" : "odd"}`}
                aria-current={other === channel}
                aria-label={`Channel ${other}: ${format(value)}`}
                style={{ top: `${(first + i) * ROW}px` }}
                onMouseEnter={() => point(other)}
                onMouseLeave={() => (viewState.pointed.value = null)}
                onClick={() => select("a", { channel: other })}
              >
                <span>{other}</span>
                <span class="well">
                  <i
                    style={{
                      left: `${100 * bar.from}%`,
                      width: `${100 * (bar.to - bar.from)}%`,
                    }}
                  />
                </span>
                <span>{format(value)}</span>
              </button>
            );
          })}
        </div>
      </div>
    </>
  );
}
