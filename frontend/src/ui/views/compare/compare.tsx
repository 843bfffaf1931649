import { useEffect } from "preact/hooks";
import type { Ordering } from "../../../data/channels";
import {
  channelsOf,
  type Difference,
  differenceOf,
  orderingOfSides,
  planeDifference,
} from "../../../data/comparison";
import { andThen } from "../../../data/queries";
import type { ShownRecord } from "../../../data/records";
import { proposalsFor, shownSides, sideA, sidesOf } from "../../../data/sides";
import { state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useKnown } from "../../hooks/latest";
import { Answered } from "../../parts/answered";
import { ChannelTools, Zoom } from "../../parts/channel_tools";
import { Advice } from "../../parts/status";
import { Sentence } from "../../parts/title";
import { CompareTools, CompareWith, useBlinking } from "./compare_tools";
import { ComparedPictures } from "./compared_pictures";
import { SideChoices } from "./side_choices";
import "./compare.css";

/** Two of anything, A and B. */
export function CompareView() {
  const chosen = state.value;
  useBlinking();
  const a = useKnown(sideA(chosen)) ?? null;
  const sides = useKnown(sidesOf(chosen));
  const proposals = andThen(sideA(chosen), ({ record, input }) => proposalsFor(record, input));
  const shown = shownSides(chosen);
  const both = useKnown(shown);
  return (
    <section class="view compare" aria-label="Comparison">
      <h2 class="unseen">Comparison</h2>
      <div class="tools">
        <SideChoices a={a} b={sides?.b ?? null} proposal={sides?.proposal ?? null} />
        <Answered of={proposals} what="what A can be compared with" room="beside">
          {(all) => <CompareWith proposals={all} />}
        </Answered>
        <CompareTools />
        {both && <WhichChannels {...both} />}
      </div>
      <Answered of={shown} what="both sides">
        {(loaded) => <Both {...loaded} />}
      </Answered>
    </section>
  );
}

interface BothProps {
  a: ShownRecord;
  b: ShownRecord;
}

/** Which channels are shown, and in what order, where it is more than one; how large. */
function WhichChannels({ a, b }: BothProps) {
  const chosen = state.value;
  if (channelsOf(a, b, chosen) !== null) return <Zoom />;
  const ordering = saidOnce(orderingOfSides(a, b, chosen), differenceOf(a.maps, b.maps));
  return <ChannelTools ordering={ordering} header={a.header} />;
}

function Both({ a, b }: BothProps) {
  const chosen = state.value;
  const ordering = orderingOfSides(a, b, chosen);
  const channels = channelsOf(a, b, chosen);
  useEffect(() => {
    viewState.channelOrder.value = ordering.channels;
  });
  if (typeof channels === "string") return <Advice>{channels}</Advice>;
  const difference = channels
    ? planeDifference(a.maps, channels.a, b.maps, channels.b)
    : differenceOf(a.maps, b.maps);
  const given = { a, b, difference, channels };
  return (
    <>
      <Sentence header={a.header} />
      <ComparedPictures {...given} order={ordering.channels} scores={ordering.scores} />
    </>
  );
}

/** Why two have no difference is said below, not again where they are sorted by it. */
function saidOnce(ordering: Ordering, { reason }: Difference): Ordering {
  return reason === null ? ordering : { ...ordering, reason: null };
}
