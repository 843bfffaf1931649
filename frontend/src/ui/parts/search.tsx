import { change, state } from "../../state/store";
import "./search.css";

interface SearchProps {
  unknown: readonly string[];
  /** How many channels the search does not name, and how many there are. */
  hides: number;
  count: number;
}

/** The field that channels are searched in; what a search hides is said beside it. */
export function SearchChannels({ unknown, hides, count }: SearchProps) {
  return (
    <>
      <input
        id="search-channels"
        type="search"
        placeholder="Channels: 13,46"
        title="Search channels (/)"
        aria-label="Search channels"
        aria-invalid={unknown.length > 0}
        value={state.value.search}
        onInput={(event) => change({ search: event.currentTarget.value })}
      />
      {hides > 0 && hides < count && (
        <span class="hides" data-name="hides">
          hides {hides} of {count}
          <button type="button" title="Clear the search" onClick={() => change({ search: "" })}>
            show all
          </button>
        </span>
      )}
      {unknown.length > 0 && <span class="failed">no channel {unknown.join(", ")}</span>}
    </>
  );
}

interface NoChannelsProps {
  /** How many channels are shown, and how many there are. */
  shown: number;
  all: number;
  /** How many the search does not name. */
  unsearched: number;
}

/** Why there is no channel to see, and the ways back. */
export function NoChannels({ shown, all, unsearched }: NoChannelsProps) {
  if (shown) return null;
  const search = state.value.search.trim();
  return (
    <div class="nothing" role="status" data-name="nothing">
      {unsearched
        ? `The search “${search}” names none of the ${all} channels.`
        : `All ${all} channels are silent, and silent channels are folded.`}
      {unsearched ? (
        <button type="button" onClick={() => change({ search: "" })}>
          Show all channels
        </button>
      ) : (
        <button type="button" onClick={() => change({ showSilent: true })}>
          Show silent channels
        </button>
      )}
    </div>
  );
}
