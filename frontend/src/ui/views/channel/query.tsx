import { useMemo } from "preact/hooks";
import type { ShownRecord } from "../../../data/records";
import { limitsOf } from "../../../data/scaling";
import { format } from "../../../drawing/legend";
import { type Maps, valueAt } from "../../../numbers/decode";
import type { Size } from "../../../numbers/layout";
import { NO_LIMITS } from "../../../numbers/limits";
import { toRelative } from "../../../numbers/receptive_field";
import { queryMaps } from "../../../numbers/shaped_maps";
import type { MapPosition } from "../../../numbers/statistics";
import { change } from "../../../state/store";
import { Enlarged } from "../../pictures/enlarged";
import { Overlay } from "../../pictures/overlay";
import type { Paint } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";

interface Props {
  /** Attention scores. */
  record: ShownRecord;
  channel: number;
  paint: Paint;
  picture: Maps | null;
  room: Size;
  /** Which row of the scores is looked at. */
  query: number;
}

/** What one query attends to: on the picture where it is known how its tokens lie. */
export function Query({ record, channel, paint, picture, room, query }: Props) {
  const maps = useMemo(() => queryMaps(record.maps, query), [record.maps, query]);
  const { token_grid: grid } = record.header.layer;
  const isFolded = maps.form?.kind === "tokens";
  const folded = {
    ...record,
    maps,
    header: {
      ...record.header,
      layer: { ...record.header.layer, receptive_field: grid?.patch ?? null },
    },
  };
  const { apart } = maps;
  // Of queries from elsewhere the grid, which is that of the keys, says nothing.
  const choosable = isFolded && picture !== null && record.maps.height === record.maps.width;
  const pick = ({ row, column }: MapPosition) => {
    if (!choosable || !grid) return;
    const query = grid.class_tokens + row * grid.size[1] + column;
    change({ inspected: toRelative(record.maps, { row: query, column: query }) });
  };
  const limits = limitsOf(maps) ?? NO_LIMITS;
  // Its own scale: a query that attends to all alike would else not be seen.
  const own = { ...paint, scale: () => ({ ...paint.scale(channel), limits }) };
  own.key = `${paint.key} query ${query}`;
  const parts = { maps, channel, room, inspected: null, linked: false };
  return (
    <section data-name="query">
      <h3>{`Query ${query}`}</h3>
      {isFolded && picture ? (
        <Overlay {...{ ...parts, record: folded, picture }} paint={own} pick={pick} />
      ) : (
        <Enlarged
          {...parts}
          paint={paintAs(maps, own)}
          places={null}
          maximum={null}
          pick={() => undefined}
          label={`Scores of query ${query}`}
        />
      )}
      <p class="lead quiet">
        {`What query ${query}, ${nameOf(record, query)}, attends to. `}
        {apart && `Class token: ${format(valueAt(apart, { channel, row: 0, column: 0 }))}. `}
        {`Click the scores${choosable ? ", or the picture," : ""} to choose another.`}
        {!isFolded && picture && " Where its keys lie on the input is not known."}
      </p>
    </section>
  );
}

/** What a query stands for, where that is known. */
function nameOf({ header, maps }: ShownRecord, query: number): string {
  const grid = header.layer.token_grid;
  if (!grid || maps.height !== maps.width) return "a row of the scores";
  const patch = query - grid.class_tokens;
  if (patch < 0) return "a class token";
  const [, columns] = grid.size;
  return `the patch in row ${Math.floor(patch / columns)}, column ${patch % columns}`;
}
