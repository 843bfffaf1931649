import type { Difference } from "../../../data/comparison";
import type { Shown } from "../../../data/records";
import { format } from "../../../drawing/legend";
import type { Distances } from "../../../numbers/statistics";
import { viewState } from "../../../state/view_state";
import { valueAt } from "../../pictures/channels";

interface Props {
  a: Shown;
  b: Shown;
  difference: Difference;
  /** The channels that are shown, where it is one each. */
  channels: { a: number; b: number } | null;
}

/** How far both sides are apart, in all and under the cursor. */
export function DistanceLine({ a, b, difference, channels }: Props) {
  if (difference.reason !== null) {
    return <p class="lead">{`There is no A − B. ${difference.reason}`}</p>;
  }
  const same = a.maps === b.maps && (!channels || channels.a === channels.b);
  return (
    <p class="lead values" data-name="distances">
      <span class="quiet">{channels ? "A − B, the channel: " : "A − B, all channels: "}</span>
      {same ? "A and B are the same record: change one of them." : words(difference.total)}
    </p>
  );
}

/** Both values under the cursor, and how far the channel is apart there. */
export function PairUnder({ a, b, difference, channels }: Props) {
  const under = viewState.pointed.value;
  if (difference.reason !== null) return null;
  // Else the pictures would move when they are pointed at.
  const room = channels ? "" : "two-lines";
  if (!under) {
    return <p class={`lead quiet ${room}`}>Point at a feature map to see both values.</p>;
  }
  const one = { ...under, channel: channels?.a ?? under.channel };
  const other = { ...under, channel: channels?.b ?? under.channel };
  const [first, second] = [valueAt(a.maps, one), valueAt(b.maps, other)];
  const channel =
    one.channel === other.channel ? `${one.channel}` : `${one.channel} − ${other.channel}`;
  return (
    <p class={`lead values ${room}`} data-name="pair">
      <span class="quiet">
        channel {channel}, row {under.row}, column {under.column}:{" "}
      </span>
      A {format(first)} · B {format(second)} · A − B {format(first - second)}
      {!channels && (
        <>
          <span class="quiet"> — the channel: </span>
          {words(difference.of(one.channel))}
        </>
      )}
    </p>
  );
}

/** Distances in words. */
export function words({ l1, l2, cosine, left, counted }: Distances): string {
  if (!counted) return "nothing finite to compare: no position is finite on both sides";
  const parts = [
    `L1 ${format(l1)}`,
    `L2 ${format(l2)}`,
    cosine === null ? "no cosine: one of them is zero" : `cosine ${format(cosine)}`,
    left === 0
      ? "all positions finite"
      : `${left} ${left === 1 ? "position" : "positions"} not finite, left out`,
  ];
  return parts.join(" · ");
}
