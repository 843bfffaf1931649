/** A comparison as files: A, B and what B has more than A. */

import {
  type ChannelPair,
  channelsOf,
  type Difference,
  differenceOf,
  orderingOfSides,
  orderOfB,
  planeDifference,
  type RecordPair,
  scalingOfDifferences,
  scalingOfPairs,
} from "../../data/comparison";
import { orderWords } from "../../data/order_words";
import { type Answer, andThen, failed, known, ready, WAITING } from "../../data/queries";
import type { ShownRecord } from "../../data/records";
import { coverageOf, type Scaling } from "../../data/scaling";
import { shownSides } from "../../data/sides";
import { mapTable } from "../../drawing/csv";
import type { Maps } from "../../numbers/decode";
import { CHANGE } from "../../numbers/differences";
import type { State } from "../../state/state";
import { kindOf, shapeOf } from "../parts/title";
import { haveBothSigns, type Paint, paintOf } from "../pictures/paint";
import { paintAs } from "../pictures/plot_paint";
import { LARGE } from "./channel";
import type { ViewContent } from "./content";
import { mapsArray, NO_CHANNELS, overSteps, sourceArrays } from "./layer_files";
import type { Sheet, SheetLegend, SheetSection } from "./sheet";
import { mapCell } from "./sheet_pictures";

/** Two sides, the channels that are compared of them, and how they differ. */
interface ComparedContent extends RecordPair {
  pair: ChannelPair;
  channelsA: readonly number[];
  channelsB: readonly number[];
  difference: Difference;
}

type Apart = ComparedContent & { difference: Extract<Difference, { reason: null }> };

export const COMPARE: ViewContent<ComparedContent> = {
  of: (chosen, like) =>
    andThen(shownSides(chosen), ({ a, b }) => {
      const pair = channelsOf(a, b, chosen);
      if (typeof pair === "string") return failed(pair);
      const ordering = orderingOfSides(a, b, chosen);
      if (!pair && !like && ordering.late) return WAITING;
      const order = like && !pair ? like.channelsA : ordering.channels;
      if (!pair && !order.length) return failed(NO_CHANNELS);
      return ready({
        a,
        b,
        pair,
        channelsA: pair ? [pair.a] : order,
        channelsB: pair ? [pair.b] : orderOfB(a, b, order),
        difference: differenceBetween({ a, b }, pair),
      });
    }),
  sheets: (moments, chosen) => {
    if (chosen.compare.how !== "difference") return sidesSheets(moments, chosen);
    const apart = moments.filter(isApart);
    const why = moments.find((moment) => !isApart(moment))?.difference.reason;
    return typeof why === "string" ? failed(why) : differenceSheets(apart, chosen);
  },
  arrays: ({ a, b, channelsA, channelsB, difference }, chosen) => [
    mapsArray("a", a.maps, channelsA),
    mapsArray("b", b.maps, channelsB),
    ...(difference.reason === null ? [mapsArray("b_minus_a", difference.maps, channelsA)] : []),
    { name: "channels_a", values: channelsA },
    { name: "channels_b", values: channelsB },
    ...sourceArrays(a, "a"),
    ...sourceArrays(b, "b"),
    { name: "order", values: orderWords(chosen) ?? "by number" },
  ],
  table: ({ a, b, channelsA, channelsB, difference }) => {
    const part = (side: string, maps: Maps, channels: readonly number[]) => ({
      fields: [side],
      maps,
      channels,
    });
    return mapTable(
      ["side"],
      [
        part("a", a.maps, channelsA),
        part("b", b.maps, channelsB),
        ...(difference.reason === null ? [part("b_minus_a", difference.maps, channelsA)] : []),
      ],
    );
  },
  nameParts: ({ a, b, pair }) => [
    ...[a, b].flatMap(({ run, header, address, input }) => [
      run.run,
      header.layer.path,
      input.name,
      `step${address.step}`,
    ]),
    ...(pair ? [pair.a === pair.b ? `channel${pair.a}` : `channels${pair.a}_${pair.b}`] : []),
  ],
  words: (chosen) => {
    const sides = known(shownSides(chosen));
    const channels = sides ? channelsOf(sides.a, sides.b, chosen) : null;
    const pair = typeof channels === "string" ? null : channels;
    const reason = sides ? differenceBetween(sides, pair).reason : null;
    const picture = chosen.compare.how === "difference" ? CHANGE : "A beside B";
    const numbers = reason === null ? `A, B and ${CHANGE}` : "A and B";
    const whose = pair ? `${pairWords(pair)}: ` : "";
    return {
      picture: whose + picture,
      numbers: `the values of ${whose}${numbers}`,
      still: null,
    };
  },
  fewer: "Search for fewer channels.",
};

function differenceBetween({ a, b }: RecordPair, pair: ChannelPair): Difference {
  if (pair) return planeDifference(a.maps, pair.a, b.maps, pair.b);
  return differenceOf(a.maps, b.maps);
}

function pairWords({ a, b }: { a: number; b: number }): string {
  return a === b ? `channel ${a}` : `channel ${a} of A and ${b} of B`;
}

function isApart(content: ComparedContent): content is Apart {
  return content.difference.reason === null;
}

/** What both sides are, below the title of a sheet. */
function factsOf({ a, b, pair, channelsA }: ComparedContent, chosen: State): string[] {
  const alone = a.maps.channels > channelsA.length && !pair;
  return [
    ...(a.tag.layer === b.tag.layer ? layerFacts(a).slice(1) : []),
    alone ? `${channelsA.length} of ${a.maps.channels} channels` : "",
    pair ? "" : (orderWords(chosen) ?? ""),
    a.maps === b.maps ? "A and B are the same record" : "",
  ];
}

function titleOf({ a, b, pair }: ComparedContent, what: string): string {
  const [first, second] = [a.header.layer.path, b.header.layer.path];
  const layers = first === second ? first : `${first} and ${second}`;
  return `${layers}${pair ? `, ${pairWords(pair)}` : ""}: ${what}`;
}

/** One side, or the difference: all channels, or one that is large. */
function section(
  heading: string,
  body: { maps: Maps; channels: readonly number[]; one: boolean; paint: Paint },
  legends: readonly SheetLegend[] = [],
): SheetSection {
  const { maps, channels, one, paint } = body;
  const cells = channels.map((channel) =>
    mapCell(maps, channel, paint, one ? "" : `${channel}`, { hasLabelAbove: !one }),
  );
  if (!one) return { heading, body: { kind: "cells", cells }, legends };
  const rows = [{ head: { lines: [] }, cells }];
  return {
    heading,
    body: { kind: "table", columns: [{ lines: [] }], rows, ...LARGE },
    legends,
  };
}

/** What is on a side; the layer only where the other side has another. */
function headingOf(name: "A" | "B", { a, b, pair }: ComparedContent): string {
  const [record, other] = name === "A" ? [a, b] : [b, a];
  const channel = pair && (name === "A" ? pair.a : pair.b);
  const facts = [
    record.tag.layer === other.tag.layer ? "" : layerFacts(record).join(" · "),
    `run ${record.run.run}`,
    `step ${record.address.step}`,
    `input ${record.input.name}`,
    channel === null ? "" : `channel ${channel}`,
  ];
  return `${name}: ${facts.filter(Boolean).join(" · ")}`;
}

function layerFacts({ header }: ShownRecord): string[] {
  return [header.layer.path, ...kindOf(header.layer), shapeOf(header)];
}

function sidesSheets(moments: readonly ComparedContent[], chosen: State): Answer<Sheet[]> {
  const pair = moments[0]?.pair ?? null;
  const { scale, compare } = chosen;
  return andThen(scalingOfPairs(moments, scale, compare.shares, pair), (found) => {
    const bothSigns = haveBothSigns([found.a, found.b]);
    const [scalingA, scalingB] = [found.a, found.b].map((one) =>
      overSteps(one, moments.length, chosen),
    ) as [Scaling, Scaling];
    const [first] = moments;
    const paints = {
      a: paintAs(first!.a.maps, paintOf(scalingA, chosen, bothSigns)),
      b: paintAs(first!.b.maps, paintOf(scalingB, chosen, bothSigns)),
    };
    const isCommon = found.shares === "common";
    return ready(
      moments.map((content): Sheet => {
        const { a, b, channelsA, channelsB } = content;
        const drawn = {
          a: { maps: a.maps, channels: channelsA },
          b: { maps: b.maps, channels: channelsB },
        };
        const legendOf = (side: "a" | "b", scaling: Scaling): SheetLegend => ({
          scaling,
          paint: paints[side],
          marks: coverageOf(isCommon ? [drawn.a, drawn.b] : [drawn[side]], scaling).marks,
        });
        const one = pair !== null;
        const side = (name: "a" | "b", scaling: Scaling) =>
          section(
            headingOf(name === "a" ? "A" : "B", content),
            { ...drawn[name], one, paint: paints[name] },
            isCommon ? [] : [legendOf(name, scaling)],
          );
        return {
          title: titleOf(content, "A and B"),
          facts: factsOf(content, chosen),
          sections: [[side("a", scalingA), side("b", scalingB)]],
          legends: isCommon ? [legendOf("a", scalingA)] : [],
        };
      }),
    );
  });
}

function differenceSheets(moments: readonly Apart[], chosen: State): Answer<Sheet[]> {
  const differences = moments.map(({ a, difference: { maps } }) => ({ ...a, maps }));
  return andThen(scalingOfDifferences(differences, chosen.scale), (found) => {
    const scaling = overSteps(found, moments.length, chosen);
    const signed = paintOf(scaling, { ...chosen, colours: "signed" });
    const paint = paintAs(moments[0]!.difference.maps, signed);
    return ready(
      moments.map((content): Sheet => {
        const { pair, channelsA: channels, difference } = content;
        const { maps } = difference;
        const { marks } = coverageOf([{ maps, channels }], scaling);
        return {
          title: titleOf(content, CHANGE),
          facts: [
            headingOf("A", content),
            headingOf("B", content),
            ...factsOf(content, chosen),
          ],
          sections: [[section("", { maps, channels, one: pair !== null, paint })]],
          legends: [{ scaling, paint, marks }],
        };
      }),
    );
  });
}
