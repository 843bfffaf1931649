/** One channel as files: its map, and the map on the input. */

import { channelIn, peaksOf, statisticsOf } from "../../data/channels";
import { type ChannelCurve, curvesOf } from "../../data/curves";
import { type ChosenLayer, chosenLayer } from "../../data/pairs";
import { andThen, known, orElse, ready } from "../../data/queries";
import { pictureOf } from "../../data/records";
import { scalingOfChannel } from "../../data/scale_fit";
import { coverageOf, type Scaling } from "../../data/scaling";
import { mapTable } from "../../drawing/csv";
import { format, percent } from "../../drawing/legend";
import type { NamedArray } from "../../drawing/npy";
import type { Point } from "../../drawing/plot";
import type { Maps } from "../../numbers/decode";
import {
  channelNoun,
  hasOneValue,
  isPlot,
  liesOnPicture,
  placeWords,
} from "../../numbers/map_form";
import { align } from "../../numbers/receptive_field";
import { channelHistogram } from "../../numbers/statistics";
import type { State } from "../../state/state";
import { howAligned, howOpaque, overlayPaint } from "../pictures/overlay";
import { type Paint, paintOf } from "../pictures/paint";
import { paintAs } from "../pictures/plot_paint";
import type { ViewContent } from "./content";
import { layerArrays, layerFacts, layerNameParts, overSteps } from "./layer_files";
import type { Sheet, SheetCell, SheetSection } from "./sheet";
import { histogramDrawing, linesDrawing } from "./sheet_charts";
import { laidCell, mapCell } from "./sheet_pictures";

/** A channel of a layer, and the picture it lies on; null where there is none. */
interface ChannelContent extends ChosenLayer {
  channel: number;
  picture: Maps | null;
  /** Over the steps that were kept; null where that was not logged. */
  curve: ChannelCurve | null;
}

/** Sides of a large picture, in CSS pixels. */
export const LARGE = { usual: 480, most: 560 } as const;

export const CHANNEL: ViewContent<ChannelContent> = {
  of: (chosen, like) =>
    andThen(chosenLayer(chosen), (layer) => {
      const { record, removed } = layer;
      const channel =
        like?.channel ?? channelIn(record.maps, chosen.a.channel, removed !== null);
      // A picture that cannot be read is not there either.
      const answer = liesOnPicture(record.maps)
        ? orElse(pictureOf(record.run, record.address.step, record.input.name), null)
        : ready(null);
      const curves = orElse(curvesOf(record, channel, { all: false, runs: [] }), null);
      return andThen(answer, (picture) =>
        andThen(curves, (found) =>
          ready({ ...layer, channel, picture, curve: found?.ownRun ?? null }),
        ),
      );
    }),
  sheets: (moments, chosen, page) => {
    const channel = moments[0]!.channel;
    const records = moments.map(({ record }) => record);
    return andThen(scalingOfChannel(records, channel, chosen.scale), (found) => {
      const limits = found.limits(channel);
      const told = overSteps(found, moments.length, chosen);
      const scaling: Scaling = { ...told, limits: () => limits, shared: true };
      return ready(moments.map((content) => sheetOf(content, scaling, found, chosen, page)));
    });
  },
  arrays: (content) => [
    ...layerArrays(content, [content.channel]),
    ...curveArrays(content.curve),
  ],
  table: ({ record, channel }) =>
    mapTable([], [{ fields: [], maps: record.maps, channels: [channel] }]),
  nameParts: (content) => [...layerNameParts(content), `channel${content.channel}`],
  words: (chosen) => {
    const layer = known(chosenLayer(chosen));
    const number =
      layer && channelIn(layer.record.maps, chosen.a.channel, layer.removed !== null);
    const name = `channel ${number ?? chosen.a.channel ?? ""}`.trim();
    return {
      picture: `${name}, by itself, on the input and over training`,
      numbers: `the values of ${name}`,
      still: null,
    };
  },
  fewer: "",
};

function sheetOf(
  content: ChannelContent,
  scaling: Scaling,
  found: Scaling,
  chosen: State,
  page: CSSStyleDeclaration,
): Sheet {
  const { record, removed, channel, picture } = content;
  const { maps } = record;
  const painted = paintAs(maps, paintOf(found, chosen));
  const scale = painted.scale(channel);
  const paint: Paint = { ...painted, scale: () => scale };
  const peak = peaksOf(maps, removed !== null)[channel];
  const most = removed ? "most removed" : "maximum";
  const place = peak ? placeWords(maps.form, peak.position) : "";
  const label = peak
    ? `${most} ${format(peak.value)}${place && ` at ${place}`}`
    : "No value is finite.";
  const { marks } = coverageOf([{ maps, channels: [channel] }], scaling);
  const legend = { scaling, paint, marks };
  const over = overlayPaint(paint, chosen);
  const cells: SheetCell[] = [mapCell(maps, channel, paint, label)];
  if (picture) cells.push(onInput(content, picture, over, chosen.overlay));
  const itself = isPlot(maps) ? "Values" : "Feature map";
  const heads = [itself, "On the input"].slice(0, cells.length);
  return {
    title: `${record.header.layer.path}, ${channelNoun(maps.form)} ${channel}`,
    facts: [
      ...layerFacts(content),
      picture || !liesOnPicture(maps) ? "" : "no picture of the input was logged",
    ],
    sections: [
      [
        {
          heading: "",
          body: {
            kind: "table",
            columns: heads.map((name) => ({ lines: [name] })),
            rows: [{ head: { lines: [] }, cells }],
            ...LARGE,
          },
          legends: [],
        },
      ],
      ...chartSections(content, page),
    ],
    legends:
      picture && over.name !== paint.name
        ? [named(legend, "feature map"), named({ ...legend, paint: over }, "on the input")]
        : [legend],
  };
}

/** How often the values occur, with statistics of them; beside it the channel over the steps. */
function chartSections(content: ChannelContent, page: CSSStyleDeclaration): SheetSection[][] {
  const { record, channel, curve } = content;
  const { maps } = record;
  const statistics = statisticsOf(maps)[channel]!;
  const told = (value: number | null) => (value === null ? "not finite" : format(value));
  const facts = [
    `mean ${told(statistics.mean)}`,
    `standard deviation ${told(statistics.deviation)}`,
    `L2 norm ${told(statistics.l2)}`,
    `zeros, not drawn, ${percent(statistics.zeroShare)}`,
    statistics.nanCount ? `${statistics.nanCount} NaN` : "",
    statistics.infCount ? `${statistics.infCount} infinite` : "",
  ];
  const counted = channelHistogram(maps, channel);
  const sections: SheetSection[] = [];
  if (counted && !hasOneValue(maps)) {
    const heading = `How often values occur: ${facts.filter(Boolean).join(", ")}`;
    sections.push({ heading, body: histogramDrawing(counted, page), legends: [] });
  }
  if (curve && curve.maximum.length > 1) {
    const lines = [
      { points: curve.maximum, dashed: false },
      { points: curve.mean, dashed: true },
    ];
    const heading = "Over training: the maximum, and dashed the mean, at each step";
    const body = linesDrawing(lines, record.address.step, page);
    sections.push({ heading, body, legends: [] });
  }
  return sections.length ? [sections] : [];
}

/** The maximum and the mean of a channel at each step. */
function curveArrays(curve: ChannelCurve | null): NamedArray[] {
  if (!curve) return [];
  const numbers = (points: readonly Point[]) => Float32Array.from(points, ({ y }) => y ?? NaN);
  const shape = [curve.maximum.length];
  return [
    { name: "curve_steps", values: curve.maximum.map(({ x }) => x) },
    { name: "curve_maximum", values: numbers(curve.maximum), shape },
    { name: "curve_mean", values: numbers(curve.mean), shape },
  ];
}

function named(legend: Sheet["legends"][number], name: string): Sheet["legends"][number] {
  const { scaling } = legend;
  return { ...legend, scaling: { ...scaling, words: `${name}: ${scaling.words}` } };
}

function onInput(
  { record, channel }: ChannelContent,
  picture: Maps,
  paint: Paint,
  opacity: number,
): SheetCell {
  const { maps, header } = record;
  const alignment = align(maps, header.layer.receptive_field ?? null, picture);
  const words = `${howOpaque(paint.scale(channel), opacity)} ${howAligned(alignment, record)}`;
  return laidCell({ maps, channel, paint, picture, alignment, opacity }, words);
}
