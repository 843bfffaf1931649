import { useEffect, useRef } from "preact/hooks";
import { channelIn, peaksOf, statisticsOf } from "../../../data/channels";
import { orderingOfLayer } from "../../../data/layer_order";
import { chosenLayer, type ScaledLayer } from "../../../data/pairs";
import { knownPlaces } from "../../../data/places";
import { type Answer, andThen, ready } from "../../../data/queries";
import { pictureOf } from "../../../data/records";
import { misfitOf, scalingOfChannel } from "../../../data/scale_fit";
import { coverageOf, type Scaling } from "../../../data/scaling";
import { counted, format } from "../../../drawing/legend";
import { type Maps, valueAt } from "../../../numbers/decode";
import type { Size } from "../../../numbers/layout";
import {
  axesWords,
  channelNoun,
  channelTitle,
  isPlot,
  liesOnPicture,
  placeWords,
} from "../../../numbers/map_form";
import { fromRelative, toRelative } from "../../../numbers/receptive_field";
import type { MapPosition } from "../../../numbers/statistics";
import { change, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useSize } from "../../hooks/size";
import { Answered } from "../../parts/answered";
import { Lifeless } from "../../parts/lifeless";
import { TwoPrecisions } from "../../parts/precision";
import { RemovedLine, Title } from "../../parts/title";
import { Tip } from "../../pictures/channels";
import { alike, Enlarged, enlargedSize, LensNote } from "../../pictures/enlarged";
import { Legend } from "../../pictures/legend";
import { Overlay } from "../../pictures/overlay";
import { type Paint, paintOf } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";
import { ChannelPicker } from "./channel_picker";
import { Histogram, Statistics } from "./channel_statistics";
import { Curves } from "./curves";
import { InputStrip } from "./input_strip";
import { Inspector } from "./inspector";
import { PlotPanels } from "./plot_panels";
import { Query } from "./query";
import "./channel.css";

/** Between columns; with less width than that of three the charts are below the pictures. */
const [GAP, THREE_COLUMNS] = [16, 560];
/** The column of the charts: its share of the width, its least and its most width. */
const CHARTS = { share: 0.25, least: 220, most: 360 };
/** What is left for the words around the pictures, and for the numbers below them. */
const [WORDS, BELOW] = [78, 118];
/** The least and the most height of a picture. */
const [LEAST, MOST] = [160, 720];

/** One channel of a layer. */
export function ChannelView() {
  const answer = andThen(chosenLayer(state.value), (layer) => {
    const { record, removed } = layer;
    const channel = channelIn(record.maps, state.value.a.channel, removed !== null);
    return andThen(scalingOfChannel(record, channel, state.value.scale), (scaling) =>
      ready<ScaledLayer>({ ...layer, scaling }),
    );
  });
  return (
    <Answered of={answer} what="the layer">
      {(layer) => <Channel {...layer} />}
    </Answered>
  );
}

function Channel({ record, removed, scaling }: ScaledLayer) {
  const chosen = state.value;
  const channel = channelIn(record.maps, chosen.a.channel, removed !== null);
  const ordering = orderingOfLayer({ record, removed }, chosen);
  useEffect(() => {
    viewState.channelOrder.value = ordering.channels;
  });
  const inspected =
    chosen.inspected && record.maps.form?.kind !== "units"
      ? fromRelative(record.maps, chosen.inspected)
      : null;
  const limits = scaling.limits(channel);
  // The legend says this channel's values, where others have their own.
  const ofChannel: Scaling = { ...scaling, limits: () => limits, shared: true };
  const painted = paintAs(record.maps, paintOf(scaling, chosen));
  const scale = painted.scale(channel);
  const paint: Paint = { ...painted, scale: () => scale };
  const coverage = coverageOf([{ maps: record.maps, channels: [channel] }], ofChannel);
  const isLaidOut = !isPlot(record.maps);
  const isUnit = record.maps.form?.kind === "units";
  const picture = pictureOf(record.run, record.address.step, record.input.name);
  return (
    <section class="view" aria-label={`${channelTitle(record.maps.form)} ${channel}`}>
      <Title record={record} input={record.input.name} />
      <ChannelPicker record={record} channel={channel} order={ordering.channels} />
      {removed ? (
        <RemovedLine removed={removed} channel={channel} />
      ) : (
        <Lifeless record={record} input={record.number} />
      )}
      <div class={`channel ${inspected && !isLaidOut ? "inspected" : ""}`}>
        {isLaidOut ? (
          <Panels
            {...{ record, channel, paint, inspected }}
            removed={removed !== null}
            picture={picture}
          />
        ) : (
          <>
            <PlotPanels {...{ record, channel, inspected }} />
            {inspected && <Inspector {...{ record, channel, inspected, picture }} />}
          </>
        )}
      </div>
      {!removed && !isUnit && <InputStrip record={record} channel={channel} />}
      {isLaidOut && (
        <Legend
          scaling={ofChannel}
          paint={paint}
          coverage={coverage}
          misfit={misfitOf(ofChannel, coverage, chosen.scale, (choice) =>
            scalingOfChannel(record, channel, choice),
          )}
        />
      )}
    </section>
  );
}

/** Where a picture lies under its map, it is as large as that. */
function overlayRoom(maps: Size, picture: Size, room: Size): Size {
  return alike(maps, picture) ? enlargedSize(maps, room) : room;
}

type PanelsProps = Omit<Parameters<typeof Overlay>[0], "picture" | "room" | "pick"> & {
  /** Whether what is shown is what the activation function removed. */
  removed: boolean;
  picture: Answer<Maps | null>;
};

function Panels({ record, removed, channel, paint, inspected, picture }: PanelsProps) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const { maps } = record;
  const statistics = statisticsOf(maps)[channel]!;
  const peak = peaksOf(maps, removed)[channel] ?? null;
  const most = removed ? "most removed" : "maximum";
  const inspect = (position: MapPosition) => change({ inspected: toRelative(maps, position) });
  const wide = size.width >= THREE_COLUMNS;
  const charts = Math.min(Math.max(size.width * CHARTS.share, CHARTS.least), CHARTS.most);
  const beside = wide ? GAP + Math.round(charts) : 0;
  const { form, apart } = maps;
  const isAlone = !liesOnPicture(maps) && form?.kind !== "scores";
  const room = {
    width: Math.max(80, Math.floor((size.width - beside - GAP) / (isAlone ? 1 : 2))),
    height: Math.min(Math.max(size.height - BELOW - WORDS, LEAST), MOST),
  };
  return (
    <div
      class={`panels ${wide ? "wide" : ""}`}
      ref={box}
      style={{ "--charts": `${Math.round(charts)}px` }}
    >
      <section class={isAlone ? "alone" : ""}>
        <h3>
          {form?.kind === "scores" ? "Attention scores" : "Feature map"} <LensNote />
        </h3>
        <Enlarged
          {...{ maps, channel, paint, room, inspected }}
          places={knownPlaces(record)}
          maximum={peak?.position ?? null}
          label={`Feature map of channel ${channel}`}
          pick={inspect}
        />
        {axesWords(form) && (
          <p class="lead" data-name="axes">
            {axesWords(form)}
          </p>
        )}
        <p class="quiet lead">
          {peak
            ? `○ ${most} ${format(peak.value)} at ${placeWords(form, peak.position)}. `
            : "No value is finite. "}
          Click a place to see all {channelNoun(form)}s there.
        </p>
        {apart && (
          <p class="lead values" data-name="apart">
            {counted(apart.width, "class token")}, not part of the map:{" "}
            {Array.from({ length: apart.width }, (_, column) =>
              format(valueAt(apart, { channel, row: 0, column })),
            ).join(", ")}
          </p>
        )}
        <Tip maps={maps} />
      </section>
      {form?.kind === "scores" && (
        <Answered of={picture} what="the picture" room="part">
          {(shown) => (
            <Query
              {...{ record, channel, paint, room }}
              picture={shown}
              query={(inspected ?? peak?.position)?.row ?? 0}
            />
          )}
        </Answered>
      )}
      {liesOnPicture(maps) && (
        <section>
          <h3>On the input</h3>
          <Answered of={picture} what="the picture" room="part">
            {(shown) =>
              shown ? (
                <Overlay
                  {...{ record, channel, paint, inspected }}
                  room={overlayRoom(maps, shown, room)}
                  picture={shown}
                  pick={inspect}
                />
              ) : (
                <p class="quiet">
                  No picture of this input was logged, so there is nothing to lay it on.
                </p>
              )
            }
          </Answered>
        </section>
      )}
      <div class="beside" style={wide ? { height: `${size.height}px` } : {}}>
        {/* In the place of nothing else, so that the pictures stay as large as they are. */}
        {inspected && <Inspector {...{ record, channel, inspected, picture }} />}
        <div class="charts">
          <section>
            <h3>How often values occur</h3>
            <Histogram {...{ maps, channel, statistics }} />
          </section>
          <section>
            <h3>Over training</h3>
            <Curves record={record} channel={channel} />
          </section>
        </div>
      </div>
      <section class="numbers">
        <h3>Values</h3>
        <Statistics
          {...{ maps, statistics, most, inspect }}
          position={peak?.position ?? null}
        />
        <TwoPrecisions
          input={record.input}
          ofStored="These numbers are"
          ofComputed="The curve is"
        />
      </section>
    </div>
  );
}
