import { describe, expect, it } from "vitest";
import { pack } from "../../src/drawing/colours";
import { layOver, veiled } from "../../src/drawing/overlay";

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
