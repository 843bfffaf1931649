import { describe, expect, it } from "vitest";
import { colouring } from "../../src/drawing/colouring";
import { COLOUR_MAPS, markColour, unpack } from "../../src/drawing/colours";
import { position, type Scale } from "../../src/numbers/scale";
import { bytes, NORMAL } from "../numbers/vectors";
import { GRAY_PICTURE, SIGNED_PICTURE } from "./vectors";

function coloured(values: Float32Array, scale: Scale, table: Uint32Array): Uint32Array {
  const colours = new Uint32Array(values.length);
  colouring(scale, table)(values, 0, colours);
  return colours;
}

/** The numbers of entries as colours. */
const ENTRIES = Uint32Array.from({ length: 256 }, (_, i) => i);

it.each([
  ["gray", { low: -1.5, high: 2.25 }, false, GRAY_PICTURE],
  ["signed", { low: -3, high: 3 }, true, SIGNED_PICTURE],
] as const)("%s is the picture that tb_actviz logs", (name, limits, signed, picture) => {
  const found = coloured(NORMAL, { limits, gamma: 1, signed }, COLOUR_MAPS[name]);
  expect(Array.from(found, unpack).flat()).toEqual([...bytes(picture)]);
});

describe.each([
  { limits: { low: -1, high: 3 }, signed: false },
  { limits: { low: -3, high: 3 }, signed: true },
  { limits: { low: -1, high: 3 }, signed: true },
  { limits: { low: 5, high: 5.000001 }, signed: false },
  { limits: { low: 0.25, high: 0.25 }, signed: false },
  { limits: { low: 0, high: 0 }, signed: true },
])("on $limits, signed $signed", ({ limits, signed }) => {
  it.each([0.2, 0.5, 1, 2.2, 5])("entries are nearest to the position, gamma %d", (gamma) => {
    const { low, high } = limits;
    const values = Float32Array.from({ length: 2001 }, (_, i) => {
      const share = (i / 2000) ** 3;
      return low + (high - low) * share;
    }).filter((value) => value >= low && value <= high);
    const scale = { limits, gamma, signed };
    const found = coloured(values, scale, ENTRIES);
    found.forEach((entry, i) => {
      const exact = 255 * position(values[i]!, scale);
      expect(Math.abs(entry - exact)).toBeLessThanOrEqual(0.5 + 1e-9);
    });
  });
});

it("zero is entry 128 of a signed scale, with any gamma", () => {
  for (const gamma of [0.3, 1, 4]) {
    const scale = { limits: { low: -3, high: 3 }, gamma, signed: true };
    const found = coloured(new Float32Array([0, -0]), scale, ENTRIES);
    expect(found).toEqual(Uint32Array.of(128, 128));
  }
});

it("what is beyond a scale has the colour of its end, what is not finite its own", () => {
  const values = new Float32Array([-2, 2, NaN, Infinity, -Infinity]);
  const scale = { limits: { low: -1, high: 1 }, gamma: 1, signed: false };
  expect(coloured(values, scale, COLOUR_MAPS.heat)).toEqual(
    Uint32Array.of(
      ...([1, 2, 3, 4, 5] as const).map((mark) => markColour(mark, COLOUR_MAPS.heat)),
    ),
  );
});

it("what is beyond uneven limits of a signed scale has the colour of the nearer one", () => {
  const scale = { limits: { low: -1, high: 4 }, gamma: 1, signed: true };
  const [beyond, end, inside] = coloured(new Float32Array([-3, -1, 0.5]), scale, ENTRIES);
  expect(beyond).toBe(end);
  expect(end).toBe(Math.round((255 * 3) / 8));
  expect(inside).toBe(Math.round((255 * 4.5) / 8));
});

it("a logarithm spreads four powers of ten", () => {
  const scale = { limits: { low: 0, high: 10_000 }, gamma: 1, signed: false, log: true };
  const values = new Float32Array([0, 1, 10, 100, 1000, 10_000, 20_000]);
  const found = [...coloured(values, scale, ENTRIES)];
  expect(found).toEqual([0, 19, 66, 128, 191, 255, 255]);
  const both = { ...scale, limits: { low: -10_000, high: 10_000 }, signed: true };
  const signed = [...coloured(values, both, ENTRIES)];
  expect(signed).toEqual([128, 137, 161, 191, 223, 255, 255]);
});

it("begins where it is told", () => {
  const colours = new Uint32Array(2);
  const scale = { limits: { low: 0, high: 255 }, gamma: 1, signed: false };
  colouring(scale, ENTRIES)(new Float32Array([1, 2, 3, 4]), 1, colours);
  expect(colours).toEqual(Uint32Array.of(2, 3));
});
