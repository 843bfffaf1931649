import { showsRemoved } from "../../../data/pairs";
import type { ShownRecord } from "../../../data/records";
import { channelNoun, channelTitle } from "../../../numbers/map_form";
import { pinnedIn } from "../../../state/pins";
import { select, state } from "../../../state/store";
import { moveChannel, pinChannel } from "../../frame/navigation";
import { InputsButton } from "../../parts/channel_tools";
import { NumberField } from "../../parts/number_field";
import { MEANINGS } from "../../parts/words";

interface Props {
  record: ShownRecord;
  channel: number;
  /** The channels as the grid shows them. */
  order: readonly number[];
}

/** Which channel is looked at, where it is in the grid, and the ways to others. */
export function ChannelPicker({ record, channel, order }: Props) {
  const { a, pins } = state.value;
  const pinned = pinnedIn(pins, record.header.layer).includes(channel);
  const at = order.indexOf(channel);
  const title = channelTitle(record.maps.form);
  const last = record.maps.channels - 1;
  return (
    <div class="tools" data-name="picker">
      <span class="switch">
        <button
          type="button"
          aria-label="Channel before"
          title="Channel before ([)"
          onClick={() => moveChannel(-1)}
        >
          ‹
        </button>
        <button
          type="button"
          aria-label="Channel after"
          title="Channel after (])"
          onClick={() => moveChannel(1)}
        >
          ›
        </button>
      </span>
      <label>
        {title}
        <NumberField
          name={`${title}, 0 to ${last}`}
          value={channel}
          low={0}
          high={last}
          whole
          set={(wanted) => select("a", { channel: wanted })}
        />
      </label>
      <button
        type="button"
        aria-pressed={pinned}
        title={pinned ? "Take the pin out (m)" : `Pin: ${MEANINGS.pinned} (m)`}
        onClick={pinChannel}
      >
        {pinned ? "★ pinned" : "☆ pin"}
      </button>
      <InputsButton record={record} channel={channel} />
      <span class="quiet values">
        {at < 0
          ? "not in the grid, which is searched, or folds silent channels"
          : `number ${at + 1} of ${order.length} in the grid`}
      </span>
      {a.channel === null && (
        <span class="quiet">
          No {channelNoun(record.maps.form)} is chosen; this is the{" "}
          {showsRemoved(state.value) ? "one of which most was removed" : "strongest"}.
        </span>
      )}
      {a.channel !== null && a.channel !== channel && (
        <span class="failed">
          This layer has no {channelNoun(record.maps.form)} {a.channel}; the strongest is shown.
        </span>
      )}
    </div>
  );
}
