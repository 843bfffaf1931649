import { describe, expect, it } from "vitest";
import { unpack } from "../../src/drawing/colours";
import { encodeGif } from "../../src/drawing/gif";

interface Gif {
  width: number;
  height: number;
  palette: number[][];
  loops: number | null;
  frames: { delay: number; pixels: number[] }[];
}

/** A reader made from the description of the format, for what is written here. */
function read(bytes: Uint8Array): Gif {
  let at = 0;
  const one = () => bytes[at++]!;
  const two = () => one() | (one() << 8);
  const many = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const text = (length: number) => String.fromCharCode(...many(length));
  const blocks = () => {
    const data: number[] = [];
    for (let size = one(); size > 0; size = one()) {
      data.push(...many(size));
    }
    return data;
  };
  expect(text(6)).toBe("GIF89a");
  const gif: Gif = { width: two(), height: two(), palette: [], loops: null, frames: [] };
  const flags = one();
  at += 2;
  for (let i = 0; i < 2 << (flags & 7); i++) gif.palette.push([one(), one(), one()]);
  let delay = 0;
  for (let kind = one(); kind !== 0x3b; kind = one()) {
    if (kind === 0x2c) {
      expect([two(), two(), two(), two(), one()]).toEqual([0, 0, gif.width, gif.height, 0]);
      gif.frames.push({ delay, pixels: expand(one(), blocks()) });
      continue;
    }
    expect(kind).toBe(0x21);
    const label = one();
    const data = blocks();
    if (label === 0xf9) delay = data[1]! | (data[2]! << 8);
    else gif.loops = data[12]! | (data[13]! << 8);
  }
  expect(at).toBe(bytes.length);
  return gif;
}

function expand(smallest: number, data: number[]): number[] {
  const clear = 1 << smallest;
  let table: number[][] = [];
  let before: number[] | null = null;
  let size = smallest + 1;
  const pixels: number[] = [];
  for (let bit = 0; ; ) {
    let code = 0;
    for (let i = 0; i < size; i++, bit++) code |= ((data[bit >> 3]! >> (bit & 7)) & 1) << i;
    if (code === clear + 1) {
      expect(Math.ceil(bit / 8)).toBe(data.length);
      return pixels;
    }
    if (code === clear) {
      table = Array.from({ length: clear + 2 }, (_, i) => [i]);
      before = null;
      size = smallest + 1;
      continue;
    }
    const next: number[] | null = before ? [...before, before[0]!] : null;
    const entry: number[] | null = code === table.length ? next : (table[code] ?? null);
    if (!entry) throw new Error(`Code ${code} is not known yet.`);
    pixels.push(...entry);
    if (before && table.length < 4096) table.push([...before, entry[0]!]);
    if (table.length === 1 << size && size < 12) size++;
    before = entry;
  }
}

const PALETTE = Uint32Array.from({ length: 256 }, (_, i) => 0xff000000 + i * 65793);

function noise(length: number, colours: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) % colours;
  });
}

describe("encodeGif", () => {
  it("gives pixels, palette, delays and loops", () => {
    const frames = [new Uint8Array([0, 1, 2, 2, 1, 0]), new Uint8Array([1, 1, 1, 1, 1, 1])];
    const palette = Uint32Array.of(0xff030201, 0xff0000ff, 0xffffffff);
    const gif = read(encodeGif({ palette, frames }, { width: 3, height: 2, delay: [0.5, 2] }));
    expect(gif).toEqual({
      width: 3,
      height: 2,
      palette: [...Array.from(palette, unpack), ...Array<number[]>(253).fill([0, 0, 0])],
      loops: 0,
      frames: [
        { delay: 50, pixels: [0, 1, 2, 2, 1, 0] },
        { delay: 200, pixels: [1, 1, 1, 1, 1, 1] },
      ],
    });
  });

  it.each([
    ["noise that fills the table again and again", noise(40000, 256, 1)],
    ["few colours", noise(40000, 3, 2)],
    ["one colour", new Uint8Array(40000)],
    ["a ramp", Uint8Array.from({ length: 40000 }, (_, i) => i >> 4)],
  ])("is read back: %s", (_, frame) => {
    const options = { width: 200, height: 200, delay: 0.1 };
    const gif = read(encodeGif({ palette: PALETTE, frames: [frame] }, options));
    expect(gif.frames[0]!.pixels).toEqual([...frame]);
  });

  it("is read back at every length, wherever codes become longer or begin anew", () => {
    const long = noise(8800, 256, 3);
    const lengths = [
      ...Array.from({ length: 800 }, (_, i) => i + 1),
      ...Array.from({ length: 20 }, (_, i) => 1010 + i * 2),
      ...Array.from({ length: 400 }, (_, i) => 3700 + i),
      // Only from the third table on do codes that become longer also begin a byte.
      ...Array.from({ length: 40 }, (_, i) => 8620 + i),
    ];
    for (const length of lengths) {
      const frame = long.slice(0, length);
      const options = { width: length, height: 1, delay: 0 };
      const gif = read(encodeGif({ palette: PALETTE, frames: [frame] }, options));
      if (gif.frames[0]!.pixels.join() !== frame.join()) expect(length).toBe("read back");
    }
  });

  it("says how often it is repeated", () => {
    const frames = [new Uint8Array(1)];
    const played = (loops: number) =>
      read(encodeGif({ palette: PALETTE, frames }, { width: 1, height: 1, delay: 0, loops }));
    expect([0, 1, 2, 7].map((loops) => played(loops).loops)).toEqual([0, null, 1, 6]);
  });

  const frames = [new Uint8Array(6)];
  const fine = { width: 3, height: 2, delay: 0 };
  it.each([
    [{ ...fine, width: 0 }, "Received 0 × 2 pixels"],
    [{ ...fine, width: 4 }, "Received a frame of 6 pixels; 4 × 2 are 8."],
    [{ ...fine, delay: [1, 2] }, "Received 2 delays for 1 frames."],
    [{ ...fine, delay: 656 }, "Received a delay of 656 s"],
    [{ ...fine, delay: NaN }, "Received a delay of NaN s"],
    [{ ...fine, loops: -1 }, "Received -1 loops"],
  ])("refuses %j", (options, message) => {
    expect(() => encodeGif({ palette: PALETTE, frames }, options)).toThrow(message);
  });

  it("refuses more colours than there can be", () => {
    const palette = new Uint32Array(257);
    expect(() => encodeGif({ palette, frames }, fine)).toThrow("Received 257 colours");
  });
});
