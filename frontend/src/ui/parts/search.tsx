import { change, state } from "../../state/store";
import "./search.css";

interface Props {
  unknown: readonly string[];
  /** How many channels the search does not name, and how many there are. */
  hides: number;
  count: number;
}

/** The field that channels are searched in; what a search hides is said beside it. */
export function SearchChannels({ unknown, hides, count }: Props) {
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
