import { expect, it } from "vitest";
import { failed, ready, WAITING } from "../../../src/data/queries";
import { COLOUR_MAPS, css, NON_FINITE_COLOURS } from "../../../src/drawing/colours";
import type { RunMeasure } from "../../../src/numbers/run_measures";
import { MARKS } from "../../../src/numbers/scale";
import { measurePainting } from "../../../src/ui/pictures/run_painting";

/** How rows of numbers are painted; null is on its way, undefined is not there. */
function painted(measure: RunMeasure, ...rows: (number | null | undefined)[][]) {
  const answers = rows.map((row) =>
    row.map((value) => {
      if (value === null) return WAITING;
      return value === undefined ? failed("") : ready({ value, step: 0, leftOut: 0 });
    }),
  );
  const { scaling, coverage, colours } = measurePainting(measure, answers);
  return {
    words: scaling.words,
    limits: rows.map((_, row) => scaling.limits(row)),
    marks: coverage.marks,
    colours: rows.map((row, i) => row.map((_, j) => colours(i, j))),
  };
}

const [darkest, lightest] = [COLOUR_MAPS.heat[0]!, COLOUR_MAPS.heat[255]!];
const NONE = { 0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };

it("gives what is beyond the scale the colour of its end, and counts it", () => {
  const found = painted("relative", [0, 0.5, null], [7, Infinity, undefined]);
  expect(found).toMatchObject({
    words: "from 0 to 1",
    limits: [
      { low: 0, high: 1 },
      { low: 0, high: 1 },
    ],
    marks: { ...NONE, [MARKS.none]: 2, [MARKS.above]: 1, [MARKS.plus]: 1 },
  });
  const end = { background: css(lightest), ink: "#000" };
  expect(found.colours).toEqual([
    [
      { background: css(darkest), ink: "#fff" },
      { background: css(COLOUR_MAPS.heat[128]!), ink: expect.any(String) },
      null,
    ],
    [end, { ...end, background: css(NON_FINITE_COLOURS[MARKS.plus]) }, null],
  ]);
});

it("marks what is not finite", () => {
  const found = painted("angle", [0.25, NaN]);
  expect(found.words).toBe("from 0 to the largest in sight");
  expect(found.marks).toEqual({ ...NONE, [MARKS.none]: 1, [MARKS.nan]: 1 });
  expect(found.colours[0]).toEqual([
    { background: css(lightest), ink: "#000" },
    { background: css(NON_FINITE_COLOURS[MARKS.nan]), ink: "#000" },
  ]);
});

it("gives each layer limits of its own where numbers of layers have nothing in common", () => {
  const found = painted("mean", [0.5, -0.25], [-3, 400]);
  expect(found.limits).toEqual([
    { low: -0.5, high: 0.5 },
    { low: -6, high: 6 },
  ]);
  expect(found.words).toBe("each layer's own, at most twice its median");
  expect(found.marks).toEqual({ ...NONE, [MARKS.none]: 3, [MARKS.above]: 1 });
  expect(painted("silent", [0.1]).limits).toEqual([{ low: 0, high: 1 }]);
});
