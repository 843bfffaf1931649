import { useEffect } from "preact/hooks";
import {
  type Difference,
  differenceOf,
  planeDifference,
  scalingOfBoth,
  scalingOfDifference,
} from "../data/comparison";
import { orderingOf } from "../data/ordering";
import type { Shown } from "../data/shown";
import { bothShown, sideA, sidesOf } from "../data/sides";
import { change, state } from "../state/store";
import { blinked, useBlinking } from "./blinking";
import { paintOf } from "./colours";
import "./compare.css";
import { CompareTools } from "./compare_tools";
import { DistanceLine, PairUnder } from "./distances";
import { Failed } from "./failed";
import { Legend } from "./legend";
import { useLink } from "./linked";
import { channelOrder } from "./moves";
import { Heading, Pane } from "./pane";
import { ProposalLine, SideChoices } from "./side_choice";
import { useSteady } from "./steady";
import { ChannelTools } from "./tools";
import { Wipe } from "./wipe";

/** Two of anything, A and B. */
export function CompareView() {
  const chosen = state.value;
  useBlinking();
  const a = useSteady(sideA(chosen)).value;
  const sides = useSteady(sidesOf(chosen)).value;
  const both = useSteady(bothShown(chosen));
  return (
    <section class="view compare" aria-label="Comparison">
      <SideChoices a={a} b={sides?.b ?? null} proposal={sides?.proposal ?? null} />
      <CompareTools>
        <ProposalLine known={sides !== null} proposal={sides?.proposal ?? null} />
      </CompareTools>
      {both.reason !== null && <Failed reason={both.reason} />}
      {both.value && <Both {...both.value} />}
    </section>
  );
}

function Both({ a, b }: { a: Shown; b: Shown }) {
  const chosen = state.value;
  const ordering = orderingOf(a, chosen);
  const channels = channelsOf(a, b);
  useEffect(() => {
    channelOrder.value = ordering.channels;
  });
  if (typeof channels === "string") return <Failed reason={channels} />;
  const difference = channels
    ? planeDifference(a.maps, channels.a, b.maps, channels.b)
    : differenceOf(a.maps, b.maps);
  const given = { a, b, difference, channels };
  return (
    <>
      <ChannelTools ordering={ordering} header={a.header} />
      <DistanceLine {...given} />
      <Pictures {...given} order={ordering.channels} scores={ordering.scores} />
    </>
  );
}

/** The channel of each side, null for all; or why there are none such. */
function channelsOf(a: Shown, b: Shown): { a: number; b: number } | null | string {
  const { compare, ...sides } = state.value;
  const first = sides.a.channel;
  if (!compare.one || first === null) return null;
  const second = sides.b.channel ?? first;
  for (const [name, one, channel] of [
    ["A", a, first],
    ["B", b, second],
  ] as const) {
    if (channel < one.maps.channels) continue;
    return `${name} has no channel ${channel}, only 0 to ${one.maps.channels - 1}.`;
  }
  return { a: first, b: second };
}

interface PicturesProps {
  a: Shown;
  b: Shown;
  difference: Difference;
  channels: { a: number; b: number } | null;
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
  // Channels of layers of unlike sizes do not belong together.
  const orderB =
    a.maps.channels === b.maps.channels
      ? order
      : Array.from({ length: b.maps.channels }, (_, i) => i);
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
      order={channels ? [channels.b] : orderB}
      scores={null}
    />
  );
  const headingA = <Heading name="A" one={a} other={b} channels={channels} />;
  const headingB = <Heading name="B" one={b} other={a} channels={channels} />;
  const impossible = (how === "wipe" || how === "difference") && difference.reason !== null;
  return (
    <>
      {impossible ? (
        <p class="failed">
          {how === "wipe" ? "A wipe" : "A difference"} needs two of one shape: look at them side
          by side, or blink.
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
          {blinked.value ? headingB : headingA}
          <div class="stage">
            {blinked.value ? paneB : paneA}
            <output class="side" aria-label="Side shown">
              {blinked.value ? "B" : "A"}
            </output>
          </div>
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
      {!impossible && <Legend scaling={scaling.value} paint={paint} />}
    </>
  );
}
