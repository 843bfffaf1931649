import { showsRemoved } from "../../../data/pairs";
import type { ShownRecord } from "../../../data/records";
import { pinnedIn } from "../../../state/pins";
import { select, state } from "../../../state/store";
import { moveChannel, pinChannel } from "../../frame/navigation";
import { InputsButton } from "../../parts/channel_tools";
import { NumberField } from "../../parts/number_field";

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
        Channel
        <NumberField
          name={`Channel, 0 to ${last}`}
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
        title={pinned ? "Take the pin out (m)" : "Pin the channel, so that it comes first (m)"}
        onClick={pinChannel}
      >
        {pinned ? "★ pinned" : "☆ pin"}
      </button>
      <InputsButton record={record} channel={channel} />
      <span class="quiet values">
        {at < 0
          ? "not in the grid, which is searched, or folds silent channels"
          : `number ${at + 1} of ${order.length} in the grid's order`}
      </span>
      {a.channel === null && (
        <span class="quiet">
          {showsRemoved(state.value) ? "Most removed" : "The strongest"}, as none was chosen.
        </span>
      )}
      {a.channel !== null && a.channel !== channel && (
        <span class="failed">
          There is no channel {a.channel} in this layer: this is the strongest.
        </span>
      )}
    </div>
  );
}
