/** The grid as files: the channels shown, in their order. */

import { orderingOfLayer } from "../../data/layer_order";
import { orderWords } from "../../data/order_words";
import { type ChosenLayer, chosenLayer } from "../../data/pairs";
import { andThen, failed, ready, WAITING } from "../../data/queries";
import { coverageOf, scalingOf } from "../../data/scaling";
import { mapTable } from "../../drawing/csv";
import { paintOf } from "../pictures/paint";
import type { ViewContent } from "./content";
import { layerArrays, layerFacts, layerNameParts, NO_CHANNELS, overSteps } from "./layer_files";
import { mapCell } from "./sheet_pictures";

/** A layer, and the channels shown of it. */
interface GridContent extends ChosenLayer {
  channels: readonly number[];
}

export const GRID: ViewContent<GridContent> = {
  of: (chosen, like) =>
    andThen(chosenLayer(chosen), (layer) => {
      if (like) return ready({ ...layer, channels: like.channels });
      const { channels, late } = orderingOfLayer(layer, chosen);
      if (late) return WAITING;
      return channels.length ? ready({ ...layer, channels }) : failed(NO_CHANNELS);
    }),
  sheets: (moments, chosen) => {
    const records = moments.map(({ record }) => record);
    return andThen(scalingOf(records, chosen.scale), (found) => {
      const scaling = overSteps(found, moments.length, chosen);
      const paint = paintOf(scaling, chosen);
      return ready(
        moments.map((content) => {
          const { record, channels } = content;
          const { maps } = record;
          const cells = channels.map((one) => mapCell(maps, one, paint, `${one}`));
          const { marks } = coverageOf([{ maps, channels }], scaling);
          return {
            title: record.header.layer.path,
            facts: [
              ...layerFacts(content),
              channels.length < maps.channels
                ? `${channels.length} of ${maps.channels} channels`
                : "",
              orderWords(chosen) ?? "",
            ],
            sections: [[{ heading: "", body: { kind: "cells" as const, cells }, legends: [] }]],
            legends: [{ scaling, paint, marks }],
          };
        }),
      );
    });
  },
  arrays: (content, chosen) => [
    ...layerArrays(content, content.channels),
    { name: "order", values: orderWords(chosen) ?? "by number" },
  ],
  table: ({ record, channels }) => mapTable([], [{ fields: [], maps: record.maps, channels }]),
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
