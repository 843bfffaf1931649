import { describe, expect, it } from "vitest";
import type { MapForm } from "../../../src/numbers/map_form";
import { STATISTICS } from "../../../src/numbers/matrix";
import type { FormedSize } from "../../../src/numbers/plot_layout";
import { RUN_MEASURES } from "../../../src/numbers/run_measures";
import {
  COMPARISONS,
  MULTIPLES_ROWS,
  START,
  type State,
  VIEWS,
} from "../../../src/state/state";
import { LAYERS_SENTENCE, sentenceOf } from "../../../src/ui/parts/sentence";

const PICTURE: MapForm = { kind: "picture" };
const SQUARE = { form: PICTURE, height: 7, width: 7 };
const GRID = { size: [7, 7], class_tokens: 1 } as const;
const FORMS = {
  square: SQUARE,
  picture: { form: PICTURE, height: 7, width: 9 },
  single: { form: PICTURE, height: 1, width: 1 },
  units: { form: { kind: "units" }, height: 1, width: 1 },
  sequence: { form: { kind: "sequence" }, height: 1, width: 9 },
  tokens: { form: { kind: "tokens", grid: GRID }, height: 7, width: 7 },
  scores: { form: { kind: "scores", grid: GRID }, height: 50, width: 50 },
  table: {
    form: { kind: "table", rows: "tokens", columns: "dimensions" },
    height: 9,
    width: 4,
  },
  slices: { form: { kind: "slices" }, height: 7, width: 49 },
} as const satisfies Record<string, FormedSize>;
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
  ...RUN_MEASURES.map((measure) => ({
    ...START,
    view: "runs" as const,
    runs: { measure },
  })),
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
    expect(sentenceOf(START, FORMS.single, GRAY)).toBe(
      "Each square is one channel, which has one value; brighter means a stronger response.",
    );
  });

  it("says what is drawn of a layer that is no picture", () => {
    const said = (form: keyof typeof FORMS) => sentenceOf(START, FORMS[form], GRAY);
    const brighter = "brighter means a stronger response at that place.";
    expect(said("units")).toBe(
      "Each cell is one unit, a bar for each input; " +
        "a longer bar is a value farther from zero.",
    );
    expect(said("sequence")).toBe(
      "Each line is one channel, position by position; higher means a larger value.",
    );
    expect(said("tokens")).toBe(`Each square is one channel, patch by patch; ${brighter}`);
    expect(said("scores")).toBe(
      "Each square is one head, queries down, keys across; brighter means a larger score.",
    );
    expect(said("table")).toBe(
      `Each picture is one head, tokens down, dimensions across; ${brighter}`,
    );
  });

  it("does not speak of colours where bars and lines are drawn", () => {
    for (const state of STATES.filter(({ view }) => view !== "training")) {
      if (state.view === "runs") continue;
      for (const form of [FORMS.units, FORMS.sequence]) {
        expect(sentenceOf(state, form, SIGNED)).not.toMatch(/brighter|orange|black/);
      }
    }
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
    // Each list has what the views begin with, once more; where columns are layers, rows
    // that would be pinned channels are runs.
    const repeated = 5;
    expect(new Set(said).size).toBe(STATES.length - repeated);
  });

  it("names the colours that are in use", () => {
    const own = ["inputs", "runs"];
    for (const state of STATES.filter(({ view }) => !own.includes(view))) {
      if (state.compare.how === "difference") continue;
      expect(sentenceOf(state, SQUARE, SIGNED)).toContain("orange is above zero");
      expect(sentenceOf(state, SQUARE, GRAY)).toContain("brighter means");
    }
  });
});
