import { useMemo, useRef } from "preact/hooks";
import type { Answer } from "../../../data/queries";
import type { ShownRecord } from "../../../data/records";
import { format } from "../../../drawing/legend";
import type { Maps } from "../../../numbers/decode";
import { channelNoun } from "../../../numbers/map_form";
import { barOf, largestFirst, limitsWithZero, valuesAt } from "../../../numbers/positions";
import { fieldAt, toRelative } from "../../../numbers/receptive_field";
import type { MapPosition } from "../../../numbers/statistics";
import { change, select } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useSize, useVisibleRows } from "../../hooks/size";
import { Answered } from "../../parts/answered";
import { NumberField } from "../../parts/number_field";

/** Height of a row, as in the style sheet. */
const ROW = 20;

interface Props {
  record: ShownRecord;
  picture: Answer<Maps | null>;
  channel: number;
  inspected: MapPosition;
}

/** All channels at one position, and what it sees of the input. */
export function Inspector({ record, picture, channel, inspected }: Props) {
  const { maps } = record;
  const isSequence = maps.form?.kind === "sequence";
  const go = (part: Partial<MapPosition>) =>
    change({ inspected: toRelative(maps, { ...inspected, ...part }) });
  return (
    <section class="inspector" aria-label="Position">
      <div class="tools">
        <h3>Position</h3>
        <button
          type="button"
          title="Leave this place (Esc)"
          onClick={() => change({ inspected: null })}
        >
          Clear
        </button>
      </div>
      <div class="tools">
        {!isSequence && (
          <label>
            row
            <NumberField
              name={`Row, 0 to ${maps.height - 1}`}
              value={inspected.row}
              low={0}
              high={maps.height - 1}
              whole
              set={(row) => go({ row })}
            />
          </label>
        )}
        <label>
          {isSequence ? "position" : "column"}
          <NumberField
            name={`${isSequence ? "Position" : "Column"}, 0 to ${maps.width - 1}`}
            value={inspected.column}
            low={0}
            high={maps.width - 1}
            whole
            set={(column) => go({ column })}
          />
        </label>
      </div>
      <p class="lead quiet" data-name="field">
        <Answered of={picture} what="the picture" room="part">
          {(shown) => <span>{seen(record, shown, inspected)}</span>}
        </Answered>
      </p>
      <Bars maps={maps} channel={channel} inspected={inspected} />
    </section>
  );
}

/** Which pixels a position sees, in words. */
function seen(record: ShownRecord, picture: Maps | null, { row, column }: MapPosition): string {
  const field = record.header.layer.receptive_field;
  if (!field) return "Which part of the input it sees is not known.";
  const [height, width] = field.size;
  const isPatch = record.maps.form?.kind === "tokens";
  const size = `${isPatch ? "A patch of" : "Sees"} ${height}×${width} pixels of the input`;
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

function Bars({
  maps,
  channel,
  inspected,
}: Omit<Props, "record" | "picture"> & { maps: Maps }) {
  const list = useRef<HTMLDivElement>(null);
  const { values, order, limits } = useMemo(() => {
    const atPosition = valuesAt(maps, inspected);
    return {
      values: atPosition,
      order: largestFirst(atPosition),
      limits: limitsWithZero(atPosition),
    };
  }, [maps, inspected.row, inspected.column]);
  const { first, end } = useVisibleRows(list, useSize(list), order.length, ROW);
  const point = (other: number) => (viewState.pointed.value = { channel: other, ...inspected });
  return (
    <>
      <p class="lead quiet">
        {maps.channels} {channelNoun(maps.form)}s, largest first; bars from {format(limits.low)}{" "}
        to {format(limits.high)}
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
