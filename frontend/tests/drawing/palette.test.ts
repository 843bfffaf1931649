import { describe, expect, it } from "vitest";
import { COLOUR_MAPS, NON_FINITE_COLOURS, pack, unpack } from "../../src/drawing/colours";
import { type Indexed, quantise } from "../../src/drawing/palette";

const shown = ({ palette, frames }: Indexed) =>
  frames.map((frame) => Uint32Array.from(frame, (entry) => palette[entry]!));

describe("quantise", () => {
  it("keeps up to 256 colours of all frames together exactly", () => {
    const frames = [COLOUR_MAPS.gray.slice(0, 200), COLOUR_MAPS.gray.slice(56)];
    const found = quantise(frames);
    expect(found.palette).toEqual(COLOUR_MAPS.gray);
    expect(shown(found)).toEqual(frames);
  });

  it("takes what is transparent for opaque", () => {
    const found = quantise([Uint32Array.of(0x00030201, 0xff030201, 0x80030201)]);
    expect(found).toEqual({
      palette: Uint32Array.of(pack(1, 2, 3)),
      frames: [new Uint8Array([0, 0, 0])],
    });
  });

  it("keeps what is not finite exactly, and others nearly, of more colours", () => {
    const marks = Object.values(NON_FINITE_COLOURS);
    const frame = Uint32Array.of(...COLOUR_MAPS.gray, ...COLOUR_MAPS.heat, ...marks);
    const found = quantise([frame]);
    expect(found.palette).toHaveLength(256);
    const [picture] = shown(found);
    expect([...picture!.slice(-3)]).toEqual(marks);
    frame.forEach((colour, i) => {
      const result = unpack(picture![i]!);
      unpack(colour).forEach((value, axis) => {
        expect(Math.abs(value - result[axis]!)).toBeLessThanOrEqual(8);
      });
    });
  });

  it("gives a box the mean of its pixels", () => {
    const ramp = Array.from({ length: 256 }, (_, i) => pack(i, 0, 0));
    const frame = Uint32Array.of(...ramp, pack(9, 1, 0), pack(9, 1, 0), pack(9, 1, 0));
    const { palette } = quantise([frame]);
    expect(palette).toHaveLength(256);
    const total = (colours: Uint32Array) => colours.reduce((sum, one) => sum + (one & 255), 0);
    expect(Math.abs(total(shown(quantise([frame]))[0]!) - total(frame))).toBeLessThanOrEqual(4);
  });

  it("fills the palette with as many colours as there are pixels of", () => {
    const frame = Uint32Array.from({ length: 5000 }, (_, i) =>
      pack((i * 37) % 256, (i * 101) % 256, (i * 11) % 256),
    );
    const { palette, frames } = quantise([frame]);
    expect(new Set(frames[0]).size).toBe(palette.length);
    expect(palette).toHaveLength(256);
  });
});
