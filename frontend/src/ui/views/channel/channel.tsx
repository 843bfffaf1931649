import { useEffect, useRef } from "preact/hooks";
import { channelIn, orderingOf, peaksOf, statisticsOf } from "../../../data/channels";
import { type Contents, chosenContents } from "../../../data/pairs";
import { pictureOf } from "../../../data/records";
import { coverageOf, type Scaling, scalingOf } from "../../../data/scaling";
import { format } from "../../../drawing/legend";
import { atShares, sharesOf } from "../../../numbers/receptive_field";
import type { Place } from "../../../numbers/statistics";
import { change, state } from "../../../state/store";
import { useSteady } from "../../hooks/latest";
import { useSize } from "../../hooks/size";
import { Lifeless } from "../../parts/lifeless";
import { Failed } from "../../parts/status";
import { RemovedLine, Title } from "../../parts/title";
import { Tip } from "../../pictures/channels";
import { Enlarged, LensNote } from "../../pictures/enlarged";
import { Legend } from "../../pictures/legend";
import { Overlay } from "../../pictures/overlay";
import { type Paint, paintOf } from "../../pictures/paint";
import { ChannelPicker } from "./channel_picker";
import { Spread, Statistics } from "./channel_statistics";
import { Curves } from "./curves";
import { Inspector } from "./inspector";
import "./channel.css";
import { WAITING } from "../../../data/queries";
import { viewState } from "../../../state/view_state";

/** Between columns; with less width than that of three the charts are below the pictures. */
const [GAP, THREE_COLUMNS] = [16, 560];
/** The column of the charts: its share of the width, its least and its most width. */
const CHARTS = { share: 0.3, least: 220, most: 360 };
/** What is left for the words around the pictures, and for the numbers below them. */
const [WORDS, BELOW] = [78, 118];
/** The least and the most height of a picture. */
const [LEAST, MOST] = [160, 720];

/** One channel of a layer. */
export function ChannelView() {
  const steady = useSteady(chosenContents(state.value));
  const one = steady.value?.one;
  const scaling = useSteady<Scaling>(one ? scalingOf([one], state.value.scale) : WAITING);
  const reason = steady.reason ?? scaling.reason;
  if (reason !== null) return <Failed reason={reason} />;
  if (!steady.value || !scaling.value) return <div class="view" />;
  return <Channel {...steady.value} scaling={scaling.value} />;
}

function Channel({ one, removed, scaling }: Contents & { scaling: Scaling }) {
  const chosen = state.value;
  const channel = channelIn(one.maps, chosen.a.channel, removed !== null);
  const ordering = orderingOf(one, chosen);
  useEffect(() => {
    viewState.channelOrder.value = ordering.channels;
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
      {removed ? (
        <RemovedLine removed={removed} channel={channel} />
      ) : (
        <Lifeless record={one} input={one.number} />
      )}
      <div class={`channel ${place ? "inspected" : ""}`}>
        <Panels
          {...{ one, channel, paint, place }}
          removed={removed !== null}
          picture={picture.value}
        />
        {place && <Inspector {...{ one, channel, place }} picture={picture.value} />}
      </div>
      <Legend
        scaling={own}
        paint={paint}
        coverage={coverageOf([{ maps: one.maps, channels: [channel] }], own)}
      />
    </section>
  );
}

type PanelsProps = Omit<Parameters<typeof Overlay>[0], "picture" | "room" | "pick"> & {
  /** Whether what is shown is what the activation function removed. */
  removed: boolean;
  picture: Parameters<typeof Overlay>[0]["picture"] | null;
};

function Panels({ one, removed, channel, paint, place, picture }: PanelsProps) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const { maps } = one;
  const found = statisticsOf(maps)[channel]!;
  const peak = peaksOf(maps, removed)[channel] ?? null;
  const most = removed ? "most removed" : "maximum";
  const inspect = (at: Place) => change({ place: sharesOf(maps, at) });
  const wide = size.width >= THREE_COLUMNS;
  const charts = Math.min(Math.max(size.width * CHARTS.share, CHARTS.least), CHARTS.most);
  const beside = wide ? GAP + Math.round(charts) : 0;
  const room = {
    width: Math.max(80, Math.floor((size.width - beside - GAP) / 2)),
    height: Math.min(Math.max(size.height - BELOW - WORDS, LEAST), MOST),
  };
  return (
    <div
      class={`panels ${wide ? "wide" : ""}`}
      ref={box}
      style={{ "--charts": `${Math.round(charts)}px` }}
    >
      <section>
        <h3>
          Feature map <LensNote />
        </h3>
        <Enlarged
          {...{ maps, channel, paint, room, place }}
          maximum={peak?.place ?? null}
          label={`Feature map of channel ${channel}`}
          pick={inspect}
        />
        <p class="quiet lead">
          {peak
            ? `○ ${most} ${format(peak.value)} at row ${peak.place.row}, ` +
              `column ${peak.place.column}. `
            : "Nothing finite. "}
          Click for all channels there.
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
      <div class="charts">
        <section>
          <h3>How often values occur</h3>
          <Spread {...{ maps, channel, found }} />
        </section>
        <section>
          <h3>Over training</h3>
          <Curves one={one} channel={channel} />
        </section>
      </div>
      <section class="numbers">
        <h3>Values</h3>
        <Statistics {...{ maps, found, most, inspect }} place={peak?.place ?? null} />
      </section>
    </div>
  );
}
