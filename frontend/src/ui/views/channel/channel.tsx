import { useEffect, useRef } from "preact/hooks";
import { channelIn, orderingOf, peaksOf, statisticsOf } from "../../../data/channels";
import { type ChosenLayer, chosenLayer } from "../../../data/pairs";
import { WAITING } from "../../../data/queries";
import { pictureOf } from "../../../data/records";
import { coverageOf, type Scaling, scalingOf } from "../../../data/scaling";
import { counted, format } from "../../../drawing/legend";
import { valueAt } from "../../../numbers/decode";
import {
  axesWords,
  channelNoun,
  isPlot,
  liesOnPicture,
  placeWords,
} from "../../../numbers/map_form";
import { fromRelative, toRelative } from "../../../numbers/receptive_field";
import type { MapPosition } from "../../../numbers/statistics";
import { change, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useLatest } from "../../hooks/latest";
import { useSize } from "../../hooks/size";
import { Lifeless } from "../../parts/lifeless";
import { Failed } from "../../parts/status";
import { RemovedLine, Title } from "../../parts/title";
import { Tip } from "../../pictures/channels";
import { Enlarged, LensNote } from "../../pictures/enlarged";
import { Legend } from "../../pictures/legend";
import { Overlay } from "../../pictures/overlay";
import { type Paint, paintOf } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";
import { ChannelPicker } from "./channel_picker";
import { Histogram, Statistics } from "./channel_statistics";
import { Curves } from "./curves";
import { Inspector } from "./inspector";
import { PlotPanels } from "./plot_panels";
import { Query } from "./query";
import "./channel.css";

/** Between columns; with less width than that of three the charts are below the pictures. */
const [GAP, THREE_COLUMNS] = [16, 560];
/** The column of the charts: its share of the width, its least and its most width. */
const CHARTS = { share: 0.3, least: 220, most: 360 };
/** What is left for the words around the pictures, and for the numbers below them. */
const [WORDS, BELOW] = [78, 118];
/** The least and the most height of a picture. */
const [LEAST, MOST] = [160, 720];

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** One channel of a layer. */
export function ChannelView() {
  const latest = useLatest(chosenLayer(state.value));
  const record = latest.value?.record;
  const scaling = useLatest<Scaling>(record ? scalingOf([record], state.value.scale) : WAITING);
  const reason = latest.reason ?? scaling.reason;
  if (reason !== null) return <Failed reason={reason} />;
  if (!latest.value || !scaling.value) return <div class="view" />;
  return <Channel {...latest.value} scaling={scaling.value} />;
}

function Channel({ record, removed, scaling }: ChosenLayer & { scaling: Scaling }) {
  const chosen = state.value;
  const channel = channelIn(record.maps, chosen.a.channel, removed !== null);
  const ordering = orderingOf(record, chosen);
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
  const isLaidOut = !isPlot(record.maps);
  const picture = useLatest(pictureOf(record.run, record.address.step, record.input.name));
  return (
    <section class="view" aria-label={`${capital(channelNoun(record.maps.form))} ${channel}`}>
      <Title record={record} input={record.input.name} />
      <ChannelPicker record={record} channel={channel} order={ordering.channels} />
      {removed ? (
        <RemovedLine removed={removed} channel={channel} />
      ) : (
        <Lifeless record={record} input={record.number} />
      )}
      <div class={`channel ${inspected ? "inspected" : ""}`}>
        {isLaidOut ? (
          <Panels
            {...{ record, channel, paint, inspected }}
            removed={removed !== null}
            picture={picture.value}
          />
        ) : (
          <PlotPanels {...{ record, channel, inspected }} />
        )}
        {inspected && <Inspector {...{ record, channel, inspected }} picture={picture.value} />}
      </div>
      {isLaidOut && (
        <Legend
          scaling={ofChannel}
          paint={paint}
          coverage={coverageOf([{ maps: record.maps, channels: [channel] }], ofChannel)}
        />
      )}
    </section>
  );
}

type PanelsProps = Omit<Parameters<typeof Overlay>[0], "picture" | "room" | "pick"> & {
  /** Whether what is shown is what the activation function removed. */
  removed: boolean;
  picture: Parameters<typeof Overlay>[0]["picture"] | null;
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
            : "Nothing finite. "}
          Click for all {channelNoun(form)}s there.
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
        <Query
          {...{ record, channel, paint, picture, room }}
          query={(inspected ?? peak?.position)?.row ?? 0}
        />
      )}
      {liesOnPicture(maps) && (
        <section>
          <h3>On the input</h3>
          {picture ? (
            <Overlay {...{ record, channel, paint, picture, room, inspected }} pick={inspect} />
          ) : (
            <p class="quiet">
              No picture of this input was logged, so there is nothing to lay it on.
            </p>
          )}
        </section>
      )}
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
      <section class="numbers">
        <h3>Values</h3>
        <Statistics
          {...{ maps, statistics, most, inspect }}
          position={peak?.position ?? null}
        />
      </section>
    </div>
  );
}
