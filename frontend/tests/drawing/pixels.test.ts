import { describe, expect, it } from "vitest";
import { NON_FINITE_COLOURS, pack } from "../../src/drawing/colours";
import { drawMap, layOver, veiled } from "../../src/drawing/pixels";
import type { Rectangle } from "../../src/numbers/layout";
import { MARKS } from "../../src/numbers/scale";

/** The numbers of entries as colours: with these limits values are drawn as themselves. */
const ENTRIES = Uint32Array.from({ length: 256 }, (_, i) => i);
const SCALE = { limits: { low: 0, high: 255 }, gamma: 1, signed: false };
const BLANK = 999;
const { nan, plus, minus } = MARKS;

function drawn(
  rows: number[][],
  cell: Partial<Rectangle>,
  size: { width: number; height: number },
  smooth = false,
): number[][] {
  const maps = {
    height: rows.length,
    width: rows[0]!.length,
    channels: 2,
    values: new Float32Array([...rows.flat().map(() => 77), ...rows.flat()]),
  };
  const pixels = new Uint32Array(size.width * size.height).fill(BLANK);
  const whole = { x: 0, y: 0, ...size, ...cell };
  drawMap({ pixels, width: size.width }, whole, maps, 1, SCALE, ENTRIES, { smooth });
  return Array.from({ length: size.height }, (_, y) => [
    ...pixels.subarray(y * size.width, (y + 1) * size.width),
  ]);
}

describe("nearest neighbour", () => {
  it("gives each value its square", () => {
    expect(
      drawn(
        [
          [1, 2],
          [3, 4],
        ],
        {},
        { width: 4, height: 4 },
      ),
    ).toEqual([
      [1, 1, 2, 2],
      [1, 1, 2, 2],
      [3, 3, 4, 4],
      [3, 3, 4, 4],
    ]);
  });

  it("gives each pixel its nearest value where the zoom is no integer", () => {
    expect(drawn([[1, 2, 3]], {}, { width: 7, height: 2 })).toEqual([
      [1, 1, 2, 2, 2, 3, 3],
      [1, 1, 2, 2, 2, 3, 3],
    ]);
  });

  it("draws one pixel for each value", () => {
    expect(
      drawn(
        [
          [1, 2],
          [3, 4],
        ],
        {},
        { width: 2, height: 2 },
      ),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("leaves out what is beyond the target, and leaves alone what is beside the cell", () => {
    const size = { width: 4, height: 3 };
    const rows = [
      [1, 2],
      [3, 4],
    ];
    const b = BLANK;
    expect(drawn(rows, { x: -1, y: -1, width: 4, height: 4 }, size)).toEqual([
      [1, 2, 2, b],
      [3, 4, 4, b],
      [3, 4, 4, b],
    ]);
    expect(drawn(rows, { x: 2, y: 1, width: 4, height: 4 }, size)).toEqual([
      [b, b, b, b],
      [b, b, 1, 1],
      [b, b, 1, 1],
    ]);
    expect(drawn(rows, { x: -1, y: 1, width: 2, height: 2 }, size)).toEqual([
      [b, b, b, b],
      [2, b, b, b],
      [4, b, b, b],
    ]);
    const nothing = Array.from({ length: 3 }, () => [b, b, b, b]);
    expect(drawn(rows, { x: 4, y: 0, width: 4, height: 4 }, size)).toEqual(nothing);
    expect(drawn(rows, { x: 0, y: -9, width: 4, height: 4 }, size)).toEqual(nothing);
  });

  it("saturates what is beyond the scale, and tells what is not finite", () => {
    const values = [-1, 256, NaN, Infinity, -Infinity, 255];
    const [found] = drawn([values], {}, { width: 6, height: 1 });
    const lost = ([nan, plus, minus] as const).map((mark) => NON_FINITE_COLOURS[mark]);
    expect(found).toEqual([0, 255, ...lost, 255]);
  });
});

describe("with fewer pixels than values", () => {
  it("shows the mean of the area", () => {
    expect(
      drawn(
        [
          [0, 10, 40, 60],
          [20, 30, 80, 100],
        ],
        {},
        { width: 2, height: 1 },
      ),
    ).toEqual([[15, 70]]);
  });

  it("counts values by how much of them a pixel covers", () => {
    expect(drawn([[30, 60, 90]], {}, { width: 2, height: 1 })).toEqual([[40, 80]]);
  });

  it("shrinks one side and enlarges the other", () => {
    expect(drawn([[10, 20, 30, 40]], {}, { width: 2, height: 3 })).toEqual([
      [15, 35],
      [15, 35],
      [15, 35],
    ]);
  });

  it.each([
    [[300, 10, -Infinity], minus],
    [[Infinity, -Infinity, 10], plus],
    [[Infinity, 300, NaN], nan],
    [[NaN, Infinity, 300], nan],
  ])("shows one mark of %j", (values, mark) => {
    const colour = NON_FINITE_COLOURS[mark];
    expect(drawn([values], {}, { width: 1, height: 1 })).toEqual([[colour]]);
  });

  it("takes what is beyond the scale for its end", () => {
    expect(drawn([[-1e30, 255, 1e30]], {}, { width: 1, height: 1 })).toEqual([[170]]);
    expect(drawn([[-1e30, 90, 1e30]], {}, { width: 6, height: 1 }, true)).toEqual([
      drawn([[0, 90, 255]], {}, { width: 6, height: 1 }, true)[0],
    ]);
  });

  it("never drops a mark, wherever it is", () => {
    for (let at = 0; at < 49; at++) {
      const rows = Array.from({ length: 7 }, (_, y) =>
        Array.from({ length: 7 }, (_, x) => (y * 7 + x === at ? NaN : 100)),
      );
      const found = drawn(rows, {}, { width: 3, height: 5 }).flat();
      expect(found).toContain(NON_FINITE_COLOURS[nan]);
      expect(found.filter((colour) => colour !== NON_FINITE_COLOURS[nan])).toContain(100);
      expect(new Set(found).size).toBe(2);
    }
  });
});

describe("smooth", () => {
  it("draws the line between two values, and goes on beyond the outer ones", () => {
    expect(drawn([[0, 80]], {}, { width: 8, height: 1 }, true)).toEqual([
      [0, 0, 10, 30, 50, 70, 80, 80],
    ]);
  });

  it("is bilinear", () => {
    expect(
      drawn(
        [
          [0, 40],
          [80, 200],
        ],
        {},
        { width: 4, height: 4 },
        true,
      ),
    ).toEqual([
      [0, 10, 30, 40],
      [20, 35, 65, 80],
      [60, 85, 135, 160],
      [80, 110, 170, 200],
    ]);
  });

  it("keeps marks at hard edges and out of what is beside them", () => {
    const mark = NON_FINITE_COLOURS[nan];
    expect(drawn([[60, NaN, 100]], {}, { width: 12, height: 1 }, true)).toEqual([
      [60, 60, 60, 60, mark, mark, mark, mark, 100, 100, 100, 100],
    ]);
    expect(
      drawn(
        [
          [NaN, 50],
          [50, 50],
        ],
        {},
        { width: 4, height: 4 },
        true,
      ),
    ).toEqual([
      [mark, mark, 50, 50],
      [mark, mark, 50, 50],
      [50, 50, 50, 50],
      [50, 50, 50, 50],
    ]);
  });

  it("draws the same where a cell is cut off", () => {
    const rows = [
      [0, 80, 20],
      [100, 30, 250],
    ];
    const whole = drawn(rows, {}, { width: 9, height: 8 }, true);
    const cell = { x: -2, y: -3, width: 9, height: 8 };
    const cut = drawn(rows, cell, { width: 4, height: 4 }, true);
    expect(cut).toEqual(whole.slice(3, 7).map((row) => row.slice(2, 6)));
  });

  it("shows means where maps are shrunk", () => {
    expect(drawn([[0, 10, 40, 60]], {}, { width: 2, height: 1 }, true)).toEqual([[5, 50]]);
  });
});

it("refuses a cell of parts of pixels", () => {
  expect(() => drawn([[1]], { x: 0.5 }, { width: 2, height: 2 })).toThrow(
    "Received a cell with x 0.5; expected whole pixels.",
  );
});

const alphas = (table: Uint32Array) => [...table].map((colour) => colour >>> 24);

describe("veiled", () => {
  it("is as opaque as a value is far along the scale", () => {
    const table = Uint32Array.from({ length: 256 }, (_, i) => pack(i, 7, 255 - i));
    const found = veiled(table, false);
    expect(alphas(found)).toEqual(Array.from({ length: 256 }, (_, i) => i));
    expect([...found].map((colour) => colour & 0xffffff)).toEqual(
      [...table].map((colour) => colour & 0xffffff),
    );
  });

  it("is transparent in the middle of a signed scale", () => {
    const found = alphas(veiled(new Uint32Array(256), true));
    expect([0, 1, 127, 128, 254, 255].map((entry) => found[entry])).toEqual([
      255, 253, 1, 1, 253, 255,
    ]);
  });
});

it("layOver mixes as far as both the pixel and the whole are opaque", () => {
  const white = pack(255, 255, 255);
  const half = ((128 << 24) | 0x000000ff) >>> 0;
  const over = Uint32Array.from([0, half, pack(0, 100, 0), pack(0, 100, 0)]);
  const laid = (opacity: number) => {
    const pixels = Uint32Array.from([white, white, white, 0xff000000]);
    layOver({ pixels, width: 2 }, { pixels: over, width: 2 }, opacity);
    return [...pixels];
  };
  expect(laid(0)).toEqual([white, white, white, 0xff000000]);
  expect(laid(1)).toEqual([white, pack(255, 127, 127), pack(0, 100, 0), pack(0, 100, 0)]);
  expect(laid(0.5)).toEqual([white, pack(255, 191, 191), pack(128, 178, 128), pack(0, 50, 0)]);
});
