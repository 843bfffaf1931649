/** The grid as files: the channels shown, in their order. */

import { type DrawnLayer, drawnLayer } from "../../data/inputs";
import { orderingOfLayer } from "../../data/layer_order";
import { orderWords } from "../../data/order_words";
import { andThen, failed, ready, WAITING } from "../../data/queries";
import { coverageOf, type Scaling, scalingOf } from "../../data/scaling";
import { mapTable } from "../../drawing/csv";
import type { NamedArray } from "../../drawing/npy";
import { axesWords, channelNoun } from "../../numbers/map_form";
import type { State } from "../../state/state";
import { paintOf } from "../pictures/paint";
import { paintAs } from "../pictures/plot_paint";
import type { ViewContent } from "./content";
import {
  channelsLast,
  layerArrays,
  layerFacts,
  layerNameParts,
  NO_CHANNELS,
  overSteps,
} from "./layer_files";
import type { Sheet } from "./sheet";
import { mapCell } from "./sheet_pictures";

/** A layer, and the channels shown of it. */
interface GridContent extends DrawnLayer {
  channels: readonly number[];
}

export const GRID: ViewContent<GridContent> = {
  of: (chosen, like) =>
    andThen(drawnLayer(chosen), (layer) => {
      if (like) return ready({ ...layer, channels: like.channels });
      const { channels, late } = orderingOfLayer(layer, chosen);
      if (late) return WAITING;
      return channels.length ? ready({ ...layer, channels }) : failed(NO_CHANNELS);
    }),
  sheets: (moments, chosen) => {
    const records = moments.flatMap(({ record, others }) => [record, ...others]);
    return andThen(scalingOf(records, chosen.scale), (found) => {
      const scaling = overSteps(found, moments.length, chosen);
      return ready(moments.map((content) => sheetOf(content, scaling, chosen)));
    });
  },
  arrays: (content, chosen) => [
    ...layerArrays(content, content.channels),
    ...otherArrays(content),
    { name: "order", values: orderWords(chosen) ?? "by number" },
  ],
  table: ({ record, others, channels }) => {
    // Which input a value is of need not be said where there is one.
    const fields = (name: string) => (others.length ? [name] : []);
    return mapTable(
      fields("input"),
      [record, ...others].map(({ input, maps }) => {
        return { fields: fields(input.name), maps, channels };
      }),
    );
  },
  nameParts: (content, chosen) => [
    ...layerNameParts(content),
    // A name of a file has no room for words that say so.
    ...(chosen.sort.by === "box" ? ["by_box"] : []),
  ],
  words: ({ search, showSilent }) => {
    const shown = search.trim() || !showSilent ? "the channels shown" : "all channels";
    return { picture: shown, numbers: `the values of ${shown}`, still: null };
  },
  fewer: "Search for fewer channels.",
};

function sheetOf(content: GridContent, scaling: Scaling, chosen: State): Sheet {
  const { record, others, channels } = content;
  const { maps } = record;
  const paint = paintAs(maps, paintOf(scaling, chosen));
  const beside = others.map((other) => other.maps);
  const cells = channels.map((one) =>
    mapCell(maps, one, paint, `${one}`, { beside, hasLabelAbove: true }),
  );
  const drawn = [maps, ...beside].map((values) => ({ maps: values, channels }));
  return {
    title: record.header.layer.path,
    facts: [
      ...layerFacts(content),
      others.length
        ? `a bar for each input, top to bottom: ${[record, ...others].map(({ input }) => input.name).join(", ")}`
        : "",
      channels.length < maps.channels
        ? `${channels.length} of ${maps.channels} ${channelNoun(maps.form)}s`
        : "",
      axesWords(maps.form) ?? "",
      orderWords(chosen) ?? "",
    ],
    sections: [[{ heading: "", body: { kind: "cells", cells }, legends: [] }]],
    legends: [{ scaling, paint, marks: coverageOf(drawn, scaling).marks }],
  };
}

/** The values for the other inputs that units are drawn for, (inputs, H, W, C). */
function otherArrays({ others, channels }: GridContent): NamedArray[] {
  if (!others.length) return [];
  const parts = others.map(({ maps }) => channelsLast(maps, channels));
  const { height, width } = others[0]!.maps;
  return [
    {
      name: "other_activations",
      values: Float32Array.from(parts.flatMap((part) => [...part])),
      shape: [others.length, height, width, channels.length],
    },
    { name: "other_inputs", values: others.map(({ input }) => input.name) },
  ];
}
