/** Pictures one after the other -> a GIF (version 89a). */

import { unpack } from "./colours";
import type { Indexed } from "./palette";

/** What a GIF needs beside its pixels. */
export interface GifOptions {
  width: number;
  height: number;
  /** How long each frame is shown, in seconds: one for all, or one for each. */
  delay: number | readonly number[];
  /** How often it is played; 0 stands for endlessly. */
  loops?: number;
}

const ENTRIES = 256;
const CODE_SIZE = 8;
const CLEAR = 1 << CODE_SIZE;
const STOP = CLEAR + 1;
const LONGEST_CODE = 12;
const BLOCK = 255;

/** Encode frames that share a palette. */
export function encodeGif(indexed: Indexed, options: GifOptions): Uint8Array {
  check(indexed, options);
  const { width, height, delay, loops = 0 } = options;
  const out = new Bytes();
  out.text("GIF89a");
  out.twos(width, height);
  // A palette of 256 colours of 8 bits for all frames.
  out.ones(0xf7, 0, 0);
  for (let i = 0; i < ENTRIES; i++) out.ones(...unpack(indexed.palette[i] ?? 0));
  if (loops !== 1) {
    out.ones(0x21, 0xff, 11);
    out.text("NETSCAPE2.0");
    out.ones(3, 1);
    // It says how often it is repeated, once less than played.
    out.twos(loops === 0 ? 0 : loops - 1);
    out.ones(0);
  }
  indexed.frames.forEach((frame, i) => {
    const seconds = typeof delay === "number" ? delay : delay[i]!;
    // The frame stays until the next one covers it.
    out.ones(0x21, 0xf9, 4, 1 << 2);
    out.twos(Math.round(seconds * 100));
    out.ones(0, 0, 0x2c);
    out.twos(0, 0, width, height);
    out.ones(0, CODE_SIZE);
    compress(frame, out);
  });
  out.ones(0x3b);
  return out.taken();
}

function check({ palette, frames }: Indexed, options: GifOptions): void {
  const { width, height, delay, loops } = options;
  const whole = (value: number, most: number) =>
    Number.isInteger(value) && value >= 0 && value <= most;
  if (!(whole(width, 65535) && whole(height, 65535) && width * height > 0)) {
    throw new RangeError(
      `Received ${width} × ${height} pixels; a GIF has 1 to 65535 along a side.`,
    );
  }
  if (palette.length > ENTRIES) {
    throw new RangeError(`Received ${palette.length} colours; a GIF has up to ${ENTRIES}.`);
  }
  if (loops !== undefined && !whole(loops, 65536)) {
    throw new RangeError(`Received ${loops} loops; expected an integer from 0 to 65536.`);
  }
  const delays = typeof delay === "number" ? frames.map(() => delay) : delay;
  if (delays.length !== frames.length) {
    throw new RangeError(`Received ${delays.length} delays for ${frames.length} frames.`);
  }
  for (const seconds of delays) {
    if (whole(Math.round(seconds * 100), 65535)) continue;
    throw new RangeError(`Received a delay of ${seconds} s; expected 0 to 655.35 s.`);
  }
  for (const frame of frames) {
    if (frame.length === width * height) continue;
    throw new RangeError(
      `Received a frame of ${frame.length} pixels; ${width} × ${height} are ` +
        `${width * height}.`,
    );
  }
}

/** Bytes that are appended to. */
class Bytes {
  private bytes = new Uint8Array(1 << 16);
  private filled = 0;

  ones(...values: number[]): void {
    this.room(values.length);
    for (const value of values) this.bytes[this.filled++] = value;
  }

  twos(...values: number[]): void {
    for (const value of values) this.ones(value & 255, value >> 8);
  }

  text(ascii: string): void {
    this.ones(...new TextEncoder().encode(ascii));
  }

  block(content: Uint8Array): void {
    this.ones(content.length);
    this.room(content.length);
    this.bytes.set(content, this.filled);
    this.filled += content.length;
  }

  taken(): Uint8Array {
    return this.bytes.slice(0, this.filled);
  }

  private room(more: number): void {
    if (this.filled + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * this.bytes.length);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** Codes of any length in blocks of up to 255 bytes, the lower bits first. */
class Codes {
  private readonly block = new Uint8Array(BLOCK);
  private filled = 0;
  private bits = 0;
  private held = 0;

  constructor(private readonly out: Bytes) {}

  add(code: number, size: number): void {
    this.bits |= code << this.held;
    this.held += size;
    for (; this.held >= 8; this.held -= 8) {
      this.byte(this.bits & 255);
      this.bits >>>= 8;
    }
  }

  end(): void {
    if (this.held > 0) this.byte(this.bits & 255);
    this.flush();
    this.out.ones(0);
  }

  private byte(value: number): void {
    this.block[this.filled++] = value;
    if (this.filled === BLOCK) this.flush();
  }

  private flush(): void {
    if (this.filled > 0) this.out.block(this.block.subarray(0, this.filled));
    this.filled = 0;
  }
}

/** LZW with codes of 9 to 12 bits. */
function compress(pixels: Uint8Array, out: Bytes): void {
  const codes = new Codes(out);
  // By the code of what came before and the next pixel, in one number. An entry begins with
  // the number of its dictionary, so that nothing has to be cleared for the next one.
  const known = new Int32Array(ENTRIES << LONGEST_CODE);
  let dictionary = 1;
  let size = CODE_SIZE + 1;
  let next = STOP + 1;
  codes.add(CLEAR, size);
  let before = pixels[0]!;
  for (let i = 1; i < pixels.length; i++) {
    const pixel = pixels[i]!;
    const key = before * ENTRIES + pixel;
    const longer = known[key]!;
    if (longer >> LONGEST_CODE === dictionary) {
      before = longer & ((1 << LONGEST_CODE) - 1);
      continue;
    }
    codes.add(before, size);
    before = pixel;
    if (next < 1 << LONGEST_CODE) {
      // A code has to fit once it may be used, which is from the next one on.
      if (next === 1 << size) size++;
      known[key] = (dictionary << LONGEST_CODE) | next++;
      continue;
    }
    codes.add(CLEAR, size);
    dictionary++;
    size = CODE_SIZE + 1;
    next = STOP + 1;
  }
  codes.add(before, size);
  // A reader takes this code, too, for the start of a longer one.
  if (next === 1 << size && size < LONGEST_CODE) size++;
  codes.add(STOP, size);
  codes.end();
}
