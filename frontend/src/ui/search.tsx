import { change, state } from "../state/store";

/** The field that channels are searched in. */
export function SearchChannels({ unknown }: { unknown: readonly string[] }) {
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
      {unknown.length > 0 && <span class="failed">no channel {unknown.join(", ")}</span>}
    </>
  );
}
