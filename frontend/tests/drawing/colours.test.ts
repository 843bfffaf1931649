import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  COLOUR_MAPS,
  contrast,
  css,
  cssOf,
  isLight,
  LEAST_CONTRAST,
  luminance,
  markColour,
  NON_FINITE_COLOURS,
  PAGES,
  pack,
  runColours,
  unpack,
} from "../../src/drawing/colours";
import { MARKS } from "../../src/numbers/scale";
import { bytes } from "../numbers/vectors";
import { TABLES } from "./vectors";

const shares = (colour: number) => {
  const [red, green, blue] = unpack(colour);
  return [red / 255, green / 255, blue / 255] as const;
};

/** Machado, Oliveira, Fernandes 2009: what is left without M cones, of linear light. */
const DEUTERANOPIA = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
] as const;
const RED_GREEN_BLUE = [0.2126, 0.7152, 0.0722];

function deuteranopicLuminance(colour: number): number {
  const light = shares(colour).map((share) => luminance([share, share, share]));
  return DEUTERANOPIA.reduce((sum, weights, i) => {
    const seen = weights.reduce<number>((total, weight, j) => total + weight * light[j]!, 0);
    return sum + RED_GREEN_BLUE[i]! * Math.min(Math.max(seen, 0), 1);
  }, 0);
}

function lightness(colour: number): number {
  const share = luminance(shares(colour));
  return share > 216 / 24389 ? 116 * Math.cbrt(share) - 16 : (share * 24389) / 27;
}

function rises(numbers: readonly number[]): boolean {
  return numbers.every((number, i) => i === 0 || number > numbers[i - 1]!);
}

it("packs colours as ImageData holds them", () => {
  const picture = new Uint8Array(new Uint32Array([pack(1, 2, 3)]).buffer);
  expect([...picture]).toEqual([1, 2, 3, 255]);
  expect(unpack(pack(1, 128, 255))).toEqual([1, 128, 255]);
  expect(css(pack(0, 200, 80))).toBe("rgb(0 200 80)");
});

describe("COLOUR_MAPS", () => {
  it("have 256 opaque colours", () => {
    for (const table of Object.values(COLOUR_MAPS)) {
      expect(table).toHaveLength(256);
      expect(table.every((colour) => colour >>> 24 === 255)).toBe(true);
    }
  });

  it("are those of Python, and there are no others", () => {
    const ramp = Array.from({ length: 256 }, (_, i) => [i, i, i]);
    expect(Array.from(COLOUR_MAPS.gray, unpack)).toEqual(ramp);
    const tables = Object.entries(COLOUR_MAPS).map(
      ([name, table]) => [name, Array.from(table, unpack).flat()] as const,
    );
    const python = Object.entries(TABLES).map(([name, table]) => [name, [...bytes(table)]]);
    expect(tables).toEqual(python);
  });

  it.each(["gray", "heat", "ice"] as const)("%s rises in luminance with every step", (name) => {
    const table = [...COLOUR_MAPS[name]];
    expect(rises(table.map((colour) => luminance(shares(colour))))).toBe(true);
    expect(rises(table.map(deuteranopicLuminance))).toBe(true);
  });

  it.each(["heat", "ice"] as const)("%s has equal steps of lightness from black", (name) => {
    const found = Array.from(COLOUR_MAPS[name], lightness);
    const top = found[255]!;
    expect(top).toBeGreaterThan(96);
    found.forEach((one, i) => expect(Math.abs(one - (top * i) / 255)).toBeLessThan(0.25));
  });

  it("keep away from the colours of what is not finite", () => {
    const marks = Object.values(NON_FINITE_COLOURS);
    for (const [name, table] of Object.entries(COLOUR_MAPS)) {
      for (const mark of marks) {
        const distances = Array.from(table, (colour) => {
          const [a, b] = [unpack(colour), unpack(mark)];
          return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        });
        expect(Math.min(...distances), name).toBeGreaterThan(80);
      }
    }
  });
});

it("what is not finite has the reserved colour of the logged pictures, and shades of it", () => {
  const table = COLOUR_MAPS.heat;
  expect(unpack(markColour(MARKS.nan, table))).toEqual([255, 0, 255]);
  const light = (mark: 3 | 4 | 5) => lightness(markColour(mark, table));
  expect(light(MARKS.plus) - light(MARKS.nan)).toBeGreaterThan(10);
  expect(light(MARKS.nan) - light(MARKS.minus)).toBeGreaterThan(20);
});

it("what is beyond a scale has the colours of its ends", () => {
  for (const table of Object.values(COLOUR_MAPS)) {
    expect(markColour(MARKS.below, table)).toBe(table[0]);
    expect(markColour(MARKS.above, table)).toBe(table[255]);
  }
});

/** Where a colour is on the circle of hues, in degrees. */
function hue(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return (Math.atan2(Math.sqrt(3) * (g! - b!), 2 * r! - g! - b!) * 180) / Math.PI;
}

describe("the colours of runs", () => {
  it("are given in TensorBoard's order, and begin anew after seven", () => {
    const runs = ["b", "a", "c", "d", "e", "f", "g", "h", "i"];
    const css = [...runColours(runs)].map(([run, colour]) => `${run} ${colour.light}`);
    expect(css.map((one) => one[0])).toEqual(runs);
    const colours = css.map((one) => one.slice(2));
    expect(colours.slice(7)).toEqual(colours.slice(0, 2));
    expect(new Set(colours).size).toBe(7);
  });

  it("are seen on both pages, in the hues that TensorBoard has", () => {
    const theirs = [
      "#425066",
      "#12b5cb",
      "#e52592",
      "#f9ab00",
      "#9334e6",
      "#7cb342",
      "#e8710a",
    ];
    [...runColours(theirs)].forEach(([own, { light, dark }], i) => {
      expect(contrast(light, PAGES.light), light).toBeGreaterThanOrEqual(LEAST_CONTRAST);
      expect(contrast(dark, PAGES.dark), dark).toBeGreaterThanOrEqual(LEAST_CONTRAST);
      if (contrast(own, PAGES.light) >= LEAST_CONTRAST) expect(light).toBe(own);
      expect(Math.abs(hue(light) - hue(own)), light).toBeLessThan(3);
      if (i) expect(Math.abs(hue(dark) - hue(own)), dark).toBeLessThan(3);
    });
  });

  it("are made for the pages that the style has", () => {
    const style = readFileSync("src/style.css", "utf8");
    const pages = [...style.matchAll(/--page: (#\w+);/g)].map(([, page]) => page);
    expect(pages).toEqual(["#fff", PAGES.dark]);
    expect(PAGES.light).toBe("#ffffff");
  });

  it("differ on the dark page where they must", () => {
    const [first, second] = [...runColours(["a", "b"]).values()].map(cssOf);
    expect(first).toBe("light-dark(#425066, #8e98a3)");
    expect(second).toMatch(/^light-dark\(#\w{6}, #12b5cb\)$/);
  });
});

describe("what is written on a colour", () => {
  it.each(Object.entries(COLOUR_MAPS))("is read on all colours of %s", (_, table) => {
    for (const colour of [...table, ...Object.values(NON_FINITE_COLOURS)]) {
      const shade = luminance(shares(colour)) + 0.05;
      const contrast = isLight(colour) ? shade / 0.05 : 1.05 / shade;
      expect(contrast).toBeGreaterThan(4.5);
    }
  });
});
