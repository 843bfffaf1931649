/** Stored values -> numbers, as `tb_actviz/records/codec.py` describes them. */

import type { MapForm } from "./map_form";

export interface Packed {
  precision: "float32" | "float16" | "uint8";
  /** Height, width, channels. */
  shape: readonly [number, number, number];
  exponent: number;
  low: readonly (number | null)[] | null;
  high: readonly (number | null)[] | null;
  levels: number;
}

/** Activations of one layer for one input: channel after channel, each row by row. */
export interface Maps {
  height: number;
  width: number;
  channels: number;
  values: Float32Array;
  /** What they are; a picture where nothing is said. */
  form?: MapForm;
  /** What lies nowhere on a picture: the class tokens of a transformer, in one row. */
  apart?: Maps;
}

/** Whether two sets of maps have the same height, width and channels. */
export function sameShape(a: Maps, b: Maps): boolean {
  return (["height", "width", "channels"] as const).every((side) => a[side] === b[side]);
}

/** One value of a channel; NaN where there is none. */
export function valueAt(
  maps: Maps,
  { channel, row, column }: { channel: number; row: number; column: number },
): number {
  return maps.values[(channel * maps.height + row) * maps.width + column] ?? NaN;
}

const VALUE_BYTES = { float32: 4, float16: 2, uint8: 1 } as const;

/** Inflate a stream of zlib's format, but never more than it should become. */
export async function inflate(stream: Blob, size: number): Promise<Uint8Array> {
  const reader = stream.stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const inflated = new Uint8Array(size);
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length > size) {
      await reader.cancel();
      throw new RangeError(`The values inflate to more than ${size} bytes.`);
    }
    inflated.set(value, filled);
    filled += value.length;
  }
  if (filled !== size) {
    throw new RangeError(`The values inflate to ${filled} bytes, not ${size}.`);
  }
  return inflated;
}

/** How many bytes the values must inflate to. */
function inflatedBytes(packed: Packed): number {
  const [height, width, channels] = packed.shape;
  return height * width * channels * VALUE_BYTES[packed.precision];
}

/** Inflate and read values; NaN and infinities stay what they are. */
export async function decode(packed: Packed, stream: Blob): Promise<Maps> {
  const bytes = await inflate(stream, inflatedBytes(packed));
  const [height, width, channels] = packed.shape;
  return { height, width, channels, values: unpack(packed, bytes) };
}

/** Read inflated values. */
function unpack(packed: Packed, bytes: Uint8Array): Float32Array {
  if (packed.precision === "float32") return fromFloat32(bytes);
  if (packed.precision === "float16") return fromFloat16(bytes, packed.exponent);
  return fromUint8(bytes, packed);
}

/** The lowest bytes of all come first, then the next ones of all, and so on. */
function fromFloat32(planes: Uint8Array): Float32Array {
  const count = planes.length / 4;
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    bits[i] =
      planes[i]! |
      (planes[count + i]! << 8) |
      (planes[2 * count + i]! << 16) |
      (planes[3 * count + i]! << 24);
  }
  return new Float32Array(bits.buffer);
}

function fromFloat16(planes: Uint8Array, exponent: number): Float32Array {
  const count = planes.length / 2;
  const values = new Float32Array(count);
  const halves = tableOfHalves();
  const factor = 2 ** exponent;
  for (let i = 0; i < count; i++) {
    values[i] = halves[planes[i]! | (planes[count + i]! << 8)]! * factor;
  }
  return values;
}

let halves: Float64Array | undefined;

function tableOfHalves(): Float64Array {
  halves ??= Float64Array.from({ length: 1 << 16 }, (_, bits) => half(bits));
  return halves;
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function fromUint8(codes: Uint8Array, packed: Packed): Float32Array {
  const [height, width, channels] = packed.shape;
  const values = new Float32Array(codes.length);
  const table = new Float64Array(256);
  for (let channel = 0; channel < channels; channel++) {
    const low = Math.fround(packed.low?.[channel] ?? 0);
    const high = Math.fround(packed.high?.[channel] ?? 0);
    for (let code = 0; code <= packed.levels; code++) {
      table[code] = (low * (packed.levels - code) + high * code) / packed.levels;
    }
    if (packed.levels < 255) table.set([-Infinity, Infinity, NaN], 253);
    const start = channel * height * width;
    for (let i = start; i < start + height * width; i++) values[i] = table[codes[i]!]!;
  }
  return values;
}
