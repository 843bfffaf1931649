import type { Header } from "../../data/api";
import type { Ordering } from "../../data/ordering";
import { pinnedIn, withoutPins } from "../../state/pins";
import { change, state } from "../../state/store";
import { NoChannels } from "./nothing";
import { SearchChannels } from "./search";
import { SortBy } from "./sort_by";
import { Zoom } from "./zoom";

/** Which channels, and in what order. */
export function ChannelTools({ ordering, header }: { ordering: Ordering; header: Header }) {
  const { sort, hideDead, pins } = state.value;
  const count = ordering.channels.length + ordering.hidden;
  const pinned = pinnedIn(pins, header.layer).length;
  return (
    <div class="tools">
      <SortBy />
      <button
        type="button"
        disabled={sort.by === "channel"}
        title={sort.descending ? "Largest first" : "Smallest first"}
        aria-label={sort.descending ? "Largest first" : "Smallest first"}
        onClick={() => change({ sort: { ...sort, descending: !sort.descending } })}
      >
        {sort.descending ? "↓" : "↑"}
      </button>
      <SearchChannels unknown={ordering.unknown} hides={ordering.unsearched} count={count} />
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
      <Zoom />
      <span class="quiet values" data-name="count">
        {ordering.channels.length} of {count} channels
      </span>
      {ordering.reason !== null && <span class="failed">{ordering.reason}</span>}
      <NoChannels
        shown={ordering.channels.length}
        all={count}
        unsearched={ordering.unsearched}
        dead={hideDead ? header.dead.length : 0}
      />
    </div>
  );
}
