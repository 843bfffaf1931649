import type { Header } from "../data/api";
import type { Ordering } from "../data/ordering";
import { SORT_KEYS, type SortKey } from "../numbers/order";
import { pinnedIn, withoutPins } from "../state/pins";
import { change, state } from "../state/store";
import { SearchChannels } from "./search";

const SORTS: { [key in SortKey]: string } = {
  channel: "channel",
  max: "maximum",
  mean: "mean",
  l2: "L2 norm",
  deviation: "standard deviation",
  zeros: "share of zeros",
  change: "change since the first step",
  difference: "difference to B",
};

/** Which channels, and in what order. */
export function ChannelTools({ ordering, header }: { ordering: Ordering; header: Header }) {
  const { sort, hideDead, pins, zoom } = state.value;
  const pinned = pinnedIn(pins, header.layer).length;
  return (
    <div class="tools">
      <label>
        Sort by
        <select
          value={sort.by}
          onChange={(event) =>
            change({ sort: { ...sort, by: event.currentTarget.value as SortKey } })
          }
        >
          {SORT_KEYS.map((key) => (
            <option key={key} value={key}>
              {SORTS[key]}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        disabled={sort.by === "channel"}
        title={sort.descending ? "Largest first" : "Smallest first"}
        aria-label={sort.descending ? "Largest first" : "Smallest first"}
        onClick={() => change({ sort: { ...sort, descending: !sort.descending } })}
      >
        {sort.descending ? "↓" : "↑"}
      </button>
      <SearchChannels unknown={ordering.unknown} />
      <label>
        <input
          type="checkbox"
          checked={hideDead}
          onChange={(event) => change({ hideDead: event.currentTarget.checked })}
        />
        hide {header.dead.length} dead
      </label>
      {pinned > 0 && (
        <button
          type="button"
          title="Take out the pins of this layer"
          onClick={() => change({ pins: withoutPins(pins, header.layer) })}
        >
          unpin {pinned}
        </button>
      )}
      <span class="switch" role="group" aria-label="Zoom">
        <button type="button" aria-label="Smaller" onClick={() => change({ zoom: step(zoom, 0.5) })}>
          −
        </button>
        <button type="button" aria-pressed={zoom === null} onClick={() => change({ zoom: null })}>
          {zoom === null ? "fit" : `${zoom}×`}
        </button>
        <button type="button" aria-label="Larger" onClick={() => change({ zoom: step(zoom, 2) })}>
          +
        </button>
      </span>
      <span class="quiet values" data-name="count">
        {ordering.channels.length} of {ordering.channels.length + ordering.hidden} channels
      </span>
      {ordering.reason !== null && <span class="failed">{ordering.reason}</span>}
    </div>
  );
}

function step(zoom: number | null, factor: number): number {
  return Math.min(Math.max((zoom ?? 2) * factor, 1 / 8), 32);
}
