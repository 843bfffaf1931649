/** Inputs beside each other as files: their maps, and what B has more than A. */

import { classesOf, differenceScaling, inputsOf, rankingOf } from "../../data/inputs";
import { allOf, andThen, failed, known, orElse, ready } from "../../data/queries";
import {
  chosenRecord,
  type LayerRecord,
  pictureOf,
  present,
  type ShownRecord,
} from "../../data/records";
import { coverageOf, type Scaling, scalingOf } from "../../data/scaling";
import { mapTable } from "../../drawing/csv";
import { counted, format } from "../../drawing/legend";
import type { NamedArray } from "../../drawing/npy";
import { areShares, changeWords, scoreWords } from "../../drawing/scores";
import { type Maps, sameShape } from "../../numbers/decode";
import { CHANGE, changeBetween, type Measure, responses } from "../../numbers/differences";
import type { State } from "../../state/state";
import { MEASURE_NAMES } from "../parts/words";
import { paintOf, signedPaint } from "../pictures/paint";
import { paintAs } from "../pictures/plot_paint";
import type { ViewContent } from "./content";
import { channelsLast, mapsArray, NO_CHANNELS, overSteps, recordFacts } from "./layer_files";
import type { Sheet, SheetHead } from "./sheet";
import { mapCell, pictureCell } from "./sheet_pictures";

interface InputsContent {
  record: LayerRecord;
  /** All inputs that are shown, the picture of each that has one, and which two are compared. */
  all: readonly ShownRecord[];
  pictures: readonly (Maps | null)[];
  pair: readonly [number, number];
  between: Maps;
  /** In the order of their response, by channel. */
  channels: readonly number[];
  scores: Float64Array;
}

/** Sides of a cell in CSS pixels, and how many classes are named. */
const SIDES = { usual: 96, most: 240 } as const;
const CLASSES = 3;

export const INPUTS: ViewContent<InputsContent> = {
  of: (chosen, like) =>
    andThen(chosenRecord(present(chosen.a)), (record) =>
      andThen(inputsOf(record, chosen), ({ all, pair }) => {
        const [a, b] = [all[pair[0]], all[pair[1]]];
        if (!a || !b) return failed("There is only one input: nothing is beside it.");
        if (!sameShape(a.maps, b.maps)) {
          return failed("The feature maps of the two inputs have different shapes.");
        }
        const scores = responses(a.maps, b.maps, chosen.inputs.measure);
        const channels = like?.channels ?? rankingOf(scores, chosen).channels;
        if (!channels.length) return failed(NO_CHANNELS);
        const between = changeBetween(a.maps, b.maps);
        const content = { record, all, pair, between, channels, scores };
        return andThen(picturesOf(all), (pictures) => ready({ ...content, pictures }));
      }),
    ),
  sheets: (moments, chosen) => {
    const records = moments.flatMap(({ all }) => all);
    return andThen(scalingOf(records, chosen.scale), (found) => {
      const scaling = overSteps(found, moments.length, chosen);
      const apart = differenceScaling(...moments.map(({ between }) => between));
      const both = { values: scaling, change: overSteps(apart, moments.length, chosen) };
      return ready(moments.map((content) => sheetOf(content, both, chosen)));
    });
  },
  arrays: ({ record, all, pair, between, channels, scores }, chosen) => [
    ...valuesOf(all, channels),
    mapsArray("b_minus_a", between, channels),
    { name: "channels", values: channels },
    {
      name: "scores",
      values: Float32Array.from(channels, (channel) => scores[channel]!),
      shape: [channels.length],
    },
    { name: "scored_by", values: MEASURE_NAMES[chosen.inputs.measure] },
    { name: "inputs", values: all.map(({ input }) => input.name) },
    { name: "input_a", values: all[pair[0]]!.input.name },
    { name: "input_b", values: all[pair[1]]!.input.name },
    { name: "step", values: record.address.step },
    { name: "run", values: record.run.run },
    { name: "layer", values: record.header.layer.path },
  ],
  table: ({ all, pair, between, channels }) =>
    mapTable(
      ["side", "input"],
      [
        ...all.map(({ input, maps }, i) => ({
          fields: [sideOf(i, pair).toLowerCase(), input.name],
          maps,
          channels,
        })),
        { fields: ["b_minus_a", ""], maps: between, channels },
      ],
    ),
  nameParts: ({ record, all, pair }) => [
    record.run.run,
    record.header.layer.path,
    ...pair.map((number) => all[number]!.input.name),
    `step${record.address.step}`,
  ],
  words: (chosen) => {
    const record = known(chosenRecord(present(chosen.a)));
    const inputs = record ? known(inputsOf(record, chosen)) : undefined;
    const what = `${counted(inputs?.all.length ?? 2, "input")} and ${CHANGE}`;
    return { picture: what, numbers: `the values of ${what}`, still: null };
  },
  fewer: "Search for fewer channels.",
};

/** The picture of each input; null where there is none that can be read. */
function picturesOf(all: readonly ShownRecord[]) {
  return allOf(
    all.map(({ run, address, input }) =>
      orElse(pictureOf(run, address.step, input.name), null),
    ),
  );
}

function sideOf(number: number, [a, b]: readonly [number, number]): "A" | "B" | "" {
  return number === a ? "A" : number === b ? "B" : "";
}

/** The values of all inputs, (inputs, H, W, C); of more than one size an array for each. */
function valuesOf(all: readonly ShownRecord[], channels: readonly number[]): NamedArray[] {
  const { maps } = all[0]!;
  const parts = all.map((one) => channelsLast(one.maps, channels));
  if (!all.every((one) => sameShape(one.maps, maps))) {
    return all.map((one, i) => mapsArray(`activations_${i}`, one.maps, channels));
  }
  const values = new Float32Array(parts.length * parts[0]!.length);
  parts.forEach((part, i) => values.set(part, i * part.length));
  const shape = [all.length, maps.height, maps.width, channels.length];
  return [{ name: "activations", values, shape }];
}

function sheetOf(
  content: InputsContent,
  scalings: { values: Scaling; change: Scaling },
  chosen: State,
): Sheet {
  const { record, all, pair, between, channels, scores } = content;
  const paint = paintAs(between, paintOf(scalings.values, chosen));
  const signed = paintAs(between, signedPaint(paint, scalings.change.limits(0), chosen));
  const measure: Measure = chosen.inputs.measure;
  const drawn = all.map(({ maps }) => ({ maps, channels }));
  return {
    title: `${record.header.layer.path}: ${all[pair[0]]!.input.name} (A) and ${all[pair[1]]!.input.name} (B)`,
    facts: [
      ...recordFacts(record),
      channels.length < between.channels
        ? `${channels.length} of ${between.channels} channels`
        : "",
      all.length < record.header.inputs.length
        ? `${all.length} of ${record.header.inputs.length} inputs`
        : "",
      `ranked by difference of ${MEASURE_NAMES[measure]}, the number below each channel`,
    ],
    sections: [
      [
        {
          heading: "",
          body: {
            kind: "table",
            columns: headsOf(content),
            rows: channels.map((channel) => {
              const score = scores[channel]!;
              const told = Number.isNaN(score) ? "not finite" : format(score);
              return {
                head: { lines: [`${channel}`, told] },
                cells: [
                  ...all.map(({ maps }) => mapCell(maps, channel, paint, "")),
                  mapCell(between, channel, signed, ""),
                ],
              };
            }),
            ...SIDES,
          },
          legends: [],
        },
      ],
    ],
    legends: [
      { scaling: scalings.values, paint, marks: coverageOf(drawn, scalings.values).marks },
      {
        scaling: scalings.change,
        paint: signed,
        marks: coverageOf([{ maps: between, channels }], scalings.change).marks,
      },
    ],
  };
}

/** The inputs, and what each is taken for; of their difference how that changes. */
function headsOf({ all, pictures, pair }: InputsContent): SheetHead[] {
  const classes = classesOf(
    all.map(({ input }) => input),
    pair,
    CLASSES,
  );
  const shares = areShares(all.map(({ input }) => input.predictions));
  const scored = (name: string, score: number | null | undefined) =>
    score === undefined ? "" : `${name} ${scoreWords(score, shares)}`;
  const heads = all.map(({ input }, i): SheetHead => {
    const picture = pictures[i];
    return {
      lines: [
        [sideOf(i, pair), input.name].filter(Boolean).join(" "),
        ...classes.map(({ name, scores }) => scored(name, scores[i])).filter(Boolean),
      ],
      cell: picture ? pictureCell(picture) : null,
    };
  });
  const changes = classes.flatMap(({ name, change }) =>
    change === null ? [] : [`${name} ${changeWords(change, shares)}`],
  );
  return [...heads, { lines: [CHANGE, ...changes] }];
}
