import type { ChannelPair, Difference } from "../../../data/comparison";
import type { ShownRecord } from "../../../data/records";
import { format } from "../../../drawing/legend";
import { valueAt } from "../../../numbers/decode";
import { CHANGE, changeOf } from "../../../numbers/differences";
import type { Distances } from "../../../numbers/statistics";
import { viewState } from "../../../state/view_state";

interface Props {
  a: ShownRecord;
  b: ShownRecord;
  difference: Difference;
  /** The channels that are shown, where it is one each. */
  channels: ChannelPair;
}

/** How far both sides are apart, and both values under the cursor. */
export function DistanceLines(props: Props) {
  const { difference } = props;
  if (difference.reason !== null) {
    return <p class="lead">{`There is no ${CHANGE}. ${difference.reason}`}</p>;
  }
  return (
    <div class="distances">
      <InAll {...props} difference={difference} />
      <UnderCursor {...props} difference={difference} />
    </div>
  );
}

type KnownProps = Props & { difference: Extract<Difference, { reason: null }> };

function InAll({ a, b, difference, channels }: KnownProps) {
  const same = a.maps === b.maps && (!channels || channels.a === channels.b);
  return (
    <p class="lead values" data-name="distances">
      <span class="quiet">{`${CHANGE}, ${channels ? "the channel" : "all channels"}: `}</span>
      {same
        ? "A and B are the same record: change one of them."
        : distanceWords(difference.total)}
    </p>
  );
}

/** Both values under the cursor, and how far the channel is apart there. */
function UnderCursor({ a, b, difference, channels }: KnownProps) {
  const under = viewState.pointed.value;
  // Else the pictures would move when they are pointed at.
  const room = channels ? "" : "two-lines";
  if (!under) {
    return <p class={`lead quiet ${room}`}>Point at a feature map to see both values.</p>;
  }
  const inA = { ...under, channel: channels?.a ?? under.channel };
  const inB = { ...under, channel: channels?.b ?? under.channel };
  const [first, second] = [valueAt(a.maps, inA), valueAt(b.maps, inB)];
  const channel =
    inA.channel === inB.channel ? `${inA.channel}` : `${inB.channel} − ${inA.channel}`;
  return (
    <p class={`lead values ${room}`} data-name="pair">
      <span class="quiet">
        channel {channel}, row {under.row}, column {under.column}:{" "}
      </span>
      {`A ${format(first)} · B ${format(second)} · ${CHANGE} ${format(changeOf(first, second))}`}
      {!channels && (
        <>
          <span class="quiet"> — the channel: </span>
          {distanceWords(difference.ofChannel(inA.channel))}
        </>
      )}
    </p>
  );
}

/** Distances in words. */
export function distanceWords({ l1, l2, cosine, leftOut, counted }: Distances): string {
  if (!counted) return "nothing to compare: no value is finite on both sides";
  const parts = [
    `L1 ${format(l1)}`,
    `L2 ${format(l2)}`,
    cosine === null ? "no cosine: one of them is zero" : `cosine ${format(cosine)}`,
    leftOut === 0
      ? "all values counted"
      : `${leftOut} ${leftOut === 1 ? "position" : "positions"} not finite, left out`,
  ];
  return parts.join(" · ");
}
