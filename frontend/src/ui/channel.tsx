import { useEffect, useRef } from "preact/hooks";
import { orderingOf, statisticsOf } from "../data/ordering";
import type { Removed } from "../data/pairs";
import { type Scaling, scalingOf } from "../data/scaling";
import { pictureOf, shown, andThen, present } from "../data/shown";
import { channelIn } from "../data/strongest";
import { format, percent } from "../drawing/legend";
import { atShares, sharesOf } from "../numbers/alignment";
import type { Place } from "../numbers/statistics";
import { change, state } from "../state/store";
import { ChannelPicker } from "./channel_picker";
import { Tip } from "./channels";
import { type Paint, paintOf } from "./colours";
import { type Contents, asChosen } from "./contents";
import { Curves } from "./curves";
import { Enlarged } from "./enlarged";
import { Failed } from "./failed";
import { Inspector } from "./inspector";
import { Legend } from "./legend";
import { channelOrder } from "./moves";
import { Overlay } from "./overlay";
import { useSize } from "./size";
import { Spread, Statistics } from "./spread";
import { useSteady } from "./steady";
import { Title } from "./title";
import "./channel.css";

/** What is left for the row below the pictures, and between the two of them. */
const [BELOW, GAP] = [212, 16];
/** Heights of what the pictures share their row with, and their own least and most. */
const [WORDS, LEAST, MOST] = [72, 160, 640];

/** One channel of a layer. */
export function ChannelView() {
  const steady = useSteady(andThen(shown(present(state.value.a)), asChosen));
  const one = steady.value?.one;
  const scaling = useSteady<Scaling>(one ? scalingOf([one], state.value.scale) : WAITING);
  const reason = steady.reason ?? scaling.reason;
  if (reason !== null) return <Failed reason={reason} />;
  if (!steady.value || !scaling.value) return <div class="view" />;
  return <Channel {...steady.value} scaling={scaling.value} />;
}

const WAITING = { state: "waiting" } as const;

function Channel({ one, removed, scaling }: Contents & { scaling: Scaling }) {
  const chosen = state.value;
  const channel = channelIn(one.maps, chosen.a.channel);
  const ordering = orderingOf(one, chosen);
  useEffect(() => {
    channelOrder.value = ordering.channels;
  });
  const place = chosen.place && atShares(one.maps, chosen.place);
  const limits = scaling.limits(channel);
  // The legend says this channel's values, where others have their own.
  const own: Scaling = { ...scaling, limits: () => limits, shared: true };
  const painted = paintOf(scaling, chosen);
  const scale = painted.scale(channel);
  const paint: Paint = { ...painted, scale: () => scale };
  const picture = useSteady(pictureOf(one.run, one.place.step, one.input.name));
  return (
    <section class="view" aria-label={`Channel ${channel}`}>
      <Title record={one} input={one.input.name} />
      <ChannelPicker one={one} channel={channel} order={ordering.channels} />
      {removed && <Cut removed={removed} channel={channel} />}
      <div class={`channel ${place ? "inspected" : ""}`}>
        <Panels {...{ one, channel, paint, place }} picture={picture.value} />
        {place && <Inspector {...{ one, channel, place }} picture={picture.value} />}
      </div>
      <Legend scaling={own} paint={paint} />
    </section>
  );
}

function Cut({ removed, channel }: { removed: Removed; channel: number }) {
  return (
    <p class="lead">
      Before the activation function less after it: {percent(removed.shares[channel] ?? 0)} of
      the channel's values were below zero and became zero. The curve is that of the layer.
    </p>
  );
}

type PanelsProps = Omit<Parameters<typeof Overlay>[0], "picture" | "room" | "pick"> & {
  picture: Parameters<typeof Overlay>[0]["picture"] | null;
};

function Panels({ one, channel, paint, place, picture }: PanelsProps) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const { maps } = one;
  const found = statisticsOf(maps)[channel]!;
  const inspect = (at: Place) => change({ place: sharesOf(maps, at) });
  const room = {
    width: Math.max(80, Math.floor((size.width - GAP) / 2)),
    height: Math.min(Math.max(size.height - BELOW - WORDS, LEAST), MOST),
  };
  return (
    <div class="panels" ref={box}>
      <section>
        <h3>Feature map</h3>
        <Enlarged
          {...{ maps, channel, paint, room, place }}
          maximum={found.argmax}
          label={`Feature map of channel ${channel}`}
          pick={inspect}
        />
        <p class="quiet lead">
          {found.argmax && found.maximum !== null
            ? `○ maximum ${format(found.maximum)} at row ${found.argmax.row}, ` +
              `column ${found.argmax.column}. `
            : "Nothing finite. "}
          Click to see all channels at a position.
        </p>
        <Tip maps={maps} />
      </section>
      <section>
        <h3>On the input</h3>
        {picture ? (
          <Overlay {...{ one, channel, paint, picture, room, place }} pick={inspect} />
        ) : (
          <p class="quiet">
            No picture of this input was logged, so there is nothing to lay it on.
          </p>
        )}
      </section>
      <section class="numbers">
        <h3>Values</h3>
        <Statistics {...{ maps, channel, found, inspect }} />
        <Spread {...{ maps, channel, found, inspect }} />
      </section>
      <section>
        <h3>Over training</h3>
        <Curves one={one} channel={channel} />
      </section>
    </div>
  );
}
