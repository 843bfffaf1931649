import type { ComponentChildren } from "preact";
import {
  type ChannelPair,
  type Difference,
  orderOfB,
  scalingOfBoth,
  scalingOfDifference,
} from "../../../data/comparison";
import type { ShownRecord } from "../../../data/records";
import { coverageOf } from "../../../data/scaling";
import { change, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useLatest } from "../../hooks/latest";
import { Failed } from "../../parts/status";
import { Legend } from "../../pictures/legend";
import { type Paint, paintOf } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";
import { PairUnder } from "./distances";
import { Heading, type Link, Pane, useLink } from "./pane";
import { Wipe } from "./wipe";

interface Props {
  a: ShownRecord;
  b: ShownRecord;
  difference: Difference;
  channels: ChannelPair;
  /** The channels of A, in order. */
  order: readonly number[];
  scores: Float64Array | null;
}

/** The pictures of both sides, or of their difference, and their scale. */
export function ComparedPictures({ a, b, difference, channels, order, scores }: Props) {
  const chosen = state.value;
  const link = useLink();
  const { how } = chosen.compare;
  const apart = how === "difference" && difference.reason === null ? difference : null;
  const scaling = useLatest(
    apart
      ? scalingOfDifference(a, apart.maps, chosen.scale)
      : scalingOfBoth(a, b, chosen.scale, channels),
  );
  if (scaling.reason !== null) return <Failed reason={scaling.reason} />;
  if (!scaling.value) return <div class="view" />;
  const colouring = apart ? { ...chosen, colours: "signed" as const } : chosen;
  const painted = paintAs(a.maps, paintOf(scaling.value, colouring));
  // The scale is that of both: one side is drawn anew when the other is another.
  const both = [a, b].map(({ address, number }) => ({ ...address, number }));
  const paint = { ...painted, key: `${painted.key} ${JSON.stringify([both, channels])}` };
  const channelsA = channels ? [channels.a] : order;
  const channelsB = channels ? [channels.b] : orderOfB(a, b, order);
  const drawn = apart
    ? [{ maps: apart.maps, channels: channelsA }]
    : [
        { maps: a.maps, channels: channelsA },
        { maps: b.maps, channels: channelsB },
      ];
  const impossible = (how === "wipe" || how === "difference") && difference.reason !== null;
  return (
    <>
      {impossible ? (
        <p class="failed">
          Look at them side by side, or blink
          {how === "wipe" && ": a wipe needs one shape, too"}.
        </p>
      ) : (
        <Arranged
          {...{ a, b, channels, channelsA, channelsB, link, paint, scores }}
          apart={apart}
        />
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

interface ArrangedProps extends Pick<Props, "a" | "b" | "channels" | "scores"> {
  channelsA: readonly number[];
  channelsB: readonly number[];
  link: Link;
  paint: Paint;
  /** The difference, where it is what is shown. */
  apart: Extract<Difference, { reason: null }> | null;
}

/** Both sides in the way that was chosen. */
function Arranged({ a, b, channels, link, paint, apart, scores, ...props }: ArrangedProps) {
  const { how, wipe } = state.value.compare;
  const common = { link, paint };
  const paneA = (
    <Pane
      {...common}
      name="A"
      layer={a.header.layer}
      maps={a.maps}
      order={props.channelsA}
      scores={scores}
    />
  );
  const paneB = (
    <Pane
      {...common}
      name="B"
      layer={b.header.layer}
      maps={b.maps}
      order={props.channelsB}
      scores={null}
    />
  );
  const headingA = <Heading name="A" record={a} other={b} channels={channels} />;
  const headingB = <Heading name="B" record={b} other={a} channels={channels} />;
  const pair = (first: ComponentChildren, second: ComponentChildren = null) => (
    <div class="pair">
      {headingA}
      {headingB}
      {first}
      {second}
    </div>
  );
  if (how === "side") return pair(paneA, paneB);
  if (how === "blink") {
    const showsB = viewState.showsB.value;
    return (
      <div class="single">
        <div class="shown">
          <output class={`side ${showsB ? "b" : ""}`} aria-label="Side shown">
            {showsB ? "B" : "A"}
          </output>
          {showsB ? headingB : headingA}
        </div>
        <div class="stage">{showsB ? paneB : paneA}</div>
      </div>
    );
  }
  if (how === "wipe") {
    return pair(
      <Wipe
        maps={channels ? a.maps : null}
        share={wipe}
        set={(share) => change({ compare: { ...state.peek().compare, wipe: share } })}
        a={paneA}
        b={paneB}
      />,
    );
  }
  if (!apart) return null;
  return pair(
    <Pane
      {...common}
      name="A − B"
      layer={a.header.layer}
      maps={apart.maps}
      order={props.channelsA}
      scores={apart.scores}
    />,
  );
}
