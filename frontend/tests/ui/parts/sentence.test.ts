import { describe, expect, it } from "vitest";
import { STATISTICS } from "../../../src/numbers/matrix";
import {
  COMPARISONS,
  MULTIPLES_ROWS,
  START,
  type State,
  VIEWS,
} from "../../../src/state/state";
import { LAYERS_SENTENCE, sentenceOf } from "../../../src/ui/parts/sentence";

const SQUARE = { height: 7, width: 7 };
const FORMS = {
  square: SQUARE,
  picture: { height: 7, width: 9 },
  sequence: { height: 1, width: 9 },
  single: { height: 1, width: 1 },
};
const GRAY = { name: "gray", negative: false } as const;
const SIGNED = { name: "signed", negative: true } as const;

/** Every way that a view can be. */
const STATES: State[] = [
  ...VIEWS.map((view) => ({ ...START, view })),
  ...COMPARISONS.map((how) => ({
    ...START,
    view: "compare" as const,
    compare: { ...START.compare, how },
  })),
  ...(["steps", "layers"] as const).flatMap((columns) =>
    MULTIPLES_ROWS.map((rows) => ({
      ...START,
      view: "multiples" as const,
      multiples: { ...START.multiples, columns, rows },
    })),
  ),
  ...STATISTICS.map((statistic) => ({
    ...START,
    view: "training" as const,
    training: { ...START.training, statistic },
  })),
];

describe("the sentence under the title", () => {
  it("is what a newcomer needs, in the grid", () => {
    expect(sentenceOf(START, SQUARE, GRAY)).toBe(
      "Each square is one channel; brighter means a stronger response at that place.",
    );
    expect(sentenceOf(START, SQUARE, SIGNED)).toBe(
      "Each square is one channel; orange is above zero, blue is below, black is zero.",
    );
    expect(sentenceOf(START, FORMS.picture, { name: "heat", negative: true })).toBe(
      "Each picture is one channel; brighter means a larger value at that place.",
    );
    expect(sentenceOf(START, FORMS.sequence, GRAY)).toBe(
      "Each strip is one channel, position by position; " +
        "brighter means a stronger response at that place.",
    );
    expect(sentenceOf(START, FORMS.single, GRAY)).toBe(
      "Each square is one channel, which has one value; brighter means a stronger response.",
    );
  });

  it("says nothing of colours before any are drawn", () => {
    expect(sentenceOf(START, SQUARE, null)).toBe("Each square is one channel.");
  });

  it("is one short sentence in every view, for every kind of layer and all colours", () => {
    for (const state of STATES) {
      for (const form of Object.values(FORMS)) {
        for (const colours of [GRAY, SIGNED, null]) {
          const sentence = sentenceOf(state, form, colours);
          expect(sentence).toMatch(/^(Each|This) [^.]+\.$/);
          expect(sentence.length).toBeLessThan(150);
        }
      }
    }
    expect(LAYERS_SENTENCE).toMatch(/^Each [^.]+\.$/);
  });

  it("tells every view and every way to compare from the others", () => {
    const said = STATES.map((state) => sentenceOf(state, SQUARE, GRAY));
    // Each list has what the views begin with, once; where columns are layers, rows that
    // would be pinned channels are runs.
    const repeated = 4;
    expect(new Set(said).size).toBe(STATES.length - repeated);
  });

  it("names the colours that are in use", () => {
    for (const state of STATES.filter(({ view }) => view !== "inputs")) {
      if (state.compare.how === "difference") continue;
      expect(sentenceOf(state, SQUARE, SIGNED)).toContain("orange is above zero");
      expect(sentenceOf(state, SQUARE, GRAY)).toContain("brighter means");
    }
  });
});
