import { useEffect } from "preact/hooks";
import { type Ordering, orderingOf } from "../../../data/channels";
import {
  channelsOf,
  type Difference,
  differenceOf,
  orderOfB,
  type Pair,
  planeDifference,
  scalingOfBoth,
  scalingOfDifference,
} from "../../../data/comparison";
import type { Shown } from "../../../data/records";
import { coverageOf } from "../../../data/scaling";
import { bothShown, proposalsFor, sideA, sidesOf } from "../../../data/sides";
import { change, state } from "../../../state/store";
import { useSteady } from "../../hooks/latest";
import { ChannelTools } from "../../parts/channel_tools";
import { Failed } from "../../parts/status";
import { Legend } from "../../pictures/legend";
import { paintOf } from "../../pictures/paint";
import { CompareTools, CompareWith, useBlinking } from "./compare_tools";
import { DistanceLine, PairUnder } from "./distances";
import { Heading, Pane, useLink } from "./pane";
import { SideChoices } from "./side_choices";
import { Wipe } from "./wipe";
import "./compare.css";
import { WAITING } from "../../../data/queries";
import { viewState } from "../../../state/view_state";

/** Two of anything, A and B. */
export function CompareView() {
  const chosen = state.value;
  useBlinking();
  const a = useSteady(sideA(chosen)).value;
  const sides = useSteady(sidesOf(chosen)).value;
  const proposals = useSteady(a ? proposalsFor(a.record, a.input) : WAITING).value;
  const both = useSteady(bothShown(chosen));
  return (
    <section class="view compare" aria-label="Comparison">
      <SideChoices a={a} b={sides?.b ?? null} proposal={sides?.proposal ?? null} />
      <CompareTools>
        <CompareWith proposals={proposals} />
      </CompareTools>
      {both.reason !== null && <Failed reason={both.reason} />}
      {both.value && <Both {...both.value} />}
    </section>
  );
}

function Both({ a, b }: { a: Shown; b: Shown }) {
  const chosen = state.value;
  const ordering = orderingOf(a, chosen);
  const channels = channelsOf(a, b, chosen);
  useEffect(() => {
    viewState.channelOrder.value = ordering.channels;
  });
  if (typeof channels === "string") return <Failed reason={channels} />;
  const difference = channels
    ? planeDifference(a.maps, channels.a, b.maps, channels.b)
    : differenceOf(a.maps, b.maps);
  const given = { a, b, difference, channels };
  return (
    <>
      <ChannelTools ordering={saidOnce(ordering, difference)} header={a.header} />
      <DistanceLine {...given} />
      <Pictures {...given} order={ordering.channels} scores={ordering.scores} />
    </>
  );
}

/** That two have no difference is said below, not again where they are sorted by it. */
function saidOnce(ordering: Ordering, { reason }: Difference): Ordering {
  return reason === null ? ordering : { ...ordering, reason: null };
}

interface PicturesProps {
  a: Shown;
  b: Shown;
  difference: Difference;
  channels: Pair;
  order: readonly number[];
  scores: Float64Array | null;
}

function Pictures({ a, b, difference, channels, order, scores }: PicturesProps) {
  const chosen = state.value;
  const link = useLink();
  const { how, wipe } = chosen.compare;
  const apart = how === "difference" && difference.reason === null ? difference : null;
  const scaling = useSteady(
    apart
      ? scalingOfDifference(a, apart.maps, chosen.scale)
      : scalingOfBoth(a, b, chosen.scale, channels),
  );
  if (scaling.reason !== null) return <Failed reason={scaling.reason} />;
  if (!scaling.value) return <div class="view" />;
  const own = paintOf(scaling.value, apart ? { ...chosen, colours: "signed" } : chosen);
  // The scale is that of both: one side is drawn anew when the other is another.
  const both = [a, b].map(({ place, number }) => ({ ...place, number }));
  const paint = { ...own, key: `${own.key} ${JSON.stringify([both, channels])}` };
  const common = { link, paint };
  const paneA = (
    <Pane
      {...common}
      name="A"
      layer={a.header.layer}
      maps={a.maps}
      order={channels ? [channels.a] : order}
      scores={scores}
    />
  );
  const paneB = (
    <Pane
      {...common}
      name="B"
      layer={b.header.layer}
      maps={b.maps}
      order={channels ? [channels.b] : orderOfB(a, b, order)}
      scores={null}
    />
  );
  const headingA = <Heading name="A" one={a} other={b} channels={channels} />;
  const headingB = <Heading name="B" one={b} other={a} channels={channels} />;
  const inA = channels ? [channels.a] : order;
  const inB = channels ? [channels.b] : orderOfB(a, b, order);
  const drawn = apart
    ? [{ maps: apart.maps, channels: inA }]
    : [
        { maps: a.maps, channels: inA },
        { maps: b.maps, channels: inB },
      ];
  const impossible = (how === "wipe" || how === "difference") && difference.reason !== null;
  return (
    <>
      {impossible ? (
        <p class="failed">
          Look at them side by side, or blink
          {how === "wipe" && ": a wipe needs one shape, too"}.
        </p>
      ) : how === "side" ? (
        <div class="pair">
          {headingA}
          {headingB}
          {paneA}
          {paneB}
        </div>
      ) : how === "blink" ? (
        <div class="single">
          <div class="shown">
            <output class={`side ${viewState.showsB.value ? "b" : ""}`} aria-label="Side shown">
              {viewState.showsB.value ? "B" : "A"}
            </output>
            {viewState.showsB.value ? headingB : headingA}
          </div>
          <div class="stage">{viewState.showsB.value ? paneB : paneA}</div>
        </div>
      ) : how === "wipe" ? (
        <div class="pair">
          {headingA}
          {headingB}
          <Wipe
            maps={channels ? a.maps : null}
            share={wipe}
            set={(share) => change({ compare: { ...state.peek().compare, wipe: share } })}
            a={paneA}
            b={paneB}
          />
        </div>
      ) : (
        apart && (
          <div class="pair">
            {headingA}
            {headingB}
            <Pane
              {...common}
              name="A − B"
              layer={a.header.layer}
              maps={apart.maps}
              order={channels ? [channels.a] : order}
              scores={apart.scores}
            />
          </div>
        )
      )}
      <PairUnder a={a} b={b} difference={difference} channels={channels} />
      {!impossible && (
        <Legend
          scaling={
            apart && !channels
              ? { ...scaling.value, words: `${scaling.value.words}; at each channel its L2` }
              : scaling.value
          }
          paint={paint}
          coverage={coverageOf(drawn, scaling.value)}
        />
      )}
    </>
  );
}
