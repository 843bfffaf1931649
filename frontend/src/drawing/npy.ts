/** Numbers -> files that NumPy and tables read. */

/** A file in an archive. */
interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

/** Where the values of a file must begin, so that they can be mapped into memory. */
const ALIGNMENT = 64;

/** Numbers that are written as they are. */
type Numbers = Float32Array | BigInt64Array;

/** An array as an NPY file: version 1.0, float32 or int64, C order. */
export function encodeNpy(values: Numbers, shape: readonly number[]): Uint8Array {
  const expected = shape.reduce((product, side) => product * side, 1);
  if (expected !== values.length) {
    throw new RangeError(
      `Received ${values.length} values for the shape (${shape.join(", ")}), ` +
        `which holds ${expected}.`,
    );
  }
  if (values instanceof BigInt64Array) {
    const { bytes, view, begin } = npy("<i8", shape, values.byteLength);
    values.forEach((value, i) => view.setBigInt64(begin + 8 * i, value, true));
    return bytes;
  }
  const { bytes, view, begin } = npy("<f4", shape, values.byteLength);
  values.forEach((value, i) => view.setFloat32(begin + 4 * i, value, true));
  return bytes;
}

/**
 * Texts as an NPY file; of one, given by itself, it is an array without axes, of which `str`
 * is the text.
 */
export function encodeNpyText(
  text: string | readonly string[],
  shape: readonly number[] = typeof text === "string" ? [] : [text.length],
): Uint8Array {
  const texts = [text].flat().map((one) => Array.from(one, (c) => c.codePointAt(0)!));
  const length = Math.max(1, ...texts.map((points) => points.length));
  const { bytes, view, begin } = npy(`<U${length}`, shape, 4 * length * texts.length);
  texts.forEach((points, row) => {
    points.forEach((point, i) => view.setUint32(begin + 4 * (row * length + i), point, true));
  });
  return bytes;
}

/** An array of an NPZ: float32, int64 or texts; a single number or text has no shape. */
export type NamedArray = { name: string } & (
  | { values: Numbers; shape: readonly number[] }
  | { values: number | readonly number[] }
  | { values: string | readonly string[]; shape?: readonly number[] }
);

/** Arrays by name, as NumPy loads them without pickles. */
export function encodeNpz(arrays: readonly NamedArray[]): Uint8Array {
  return encodeZip(arrays.map((array) => ({ name: `${array.name}.npy`, bytes: npyOf(array) })));
}

function npyOf({ values, ...array }: NamedArray): Uint8Array {
  const shape = "shape" in array ? array.shape : undefined;
  if (values instanceof Float32Array || values instanceof BigInt64Array) {
    return encodeNpy(values, shape ?? [values.length]);
  }
  const [first] = [values].flat();
  if (typeof first === "string") {
    return encodeNpyText(values as string | readonly string[], shape);
  }
  const integers = BigInt64Array.from([values as number | readonly number[]].flat(), BigInt);
  return encodeNpy(integers, typeof values === "number" ? [] : [integers.length]);
}

/** An NPY file whose values are still zero, and where they begin. */
function npy(type: string, shape: readonly number[], size: number) {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sides}), }`;
  const begin = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(begin + size);
  bytes.set([0x93, ...ascii("NUMPY"), 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, begin - 10, true);
  bytes.set(ascii(`${header.padEnd(begin - 11)}\n`), 10);
  return { bytes, view, begin };
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Times of zip files begin with this day, 1980-01-01: the same content, the same bytes. */
const FIRST_DAY = (1 << 5) | 1;
const UTF8_NAMES = 1 << 11;
const VERSION = 20;

/** Files as a zip archive, not compressed; an NPZ is one of NPY files. */
export function encodeZip(files: readonly NamedBytes[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const encoded = new TextEncoder().encode(name);
    // What the entry in front of a file and that in the directory have in common.
    const common = [
      ...[VERSION, UTF8_NAMES, 0, 0, FIRST_DAY].flatMap(two),
      ...[crc32(bytes), bytes.length, bytes.length].flatMap(four),
      ...[encoded.length, 0].flatMap(two),
    ];
    const local = Uint8Array.from([...four(0x04034b50), ...common, ...encoded]);
    parts.push(local, bytes);
    directory.push(
      Uint8Array.from([
        ...four(0x02014b50),
        ...two(VERSION),
        ...common,
        ...[0, 0, 0].flatMap(two),
        ...[0, offset].flatMap(four),
        ...encoded,
      ]),
    );
    offset += local.length + bytes.length;
  }
  const directorySize = directory.reduce((size, entry) => size + entry.length, 0);
  const end = Uint8Array.from([
    ...four(0x06054b50),
    ...[0, 0, files.length, files.length].flatMap(two),
    ...[directorySize, offset].flatMap(four),
    ...two(0),
  ]);
  return concatenate([...parts, ...directory, end]);
}

/** Two bytes of a number, the lower one first. */
function two(number: number): number[] {
  return [number & 255, (number >>> 8) & 255];
}

function four(number: number): number[] {
  return [...two(number), ...two(number >>> 16)];
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  return whole;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

/** The check sum of zip files. */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder = (remainder >>> 8) ^ CRC_TABLE[(remainder ^ byte) & 255]!;
  }
  return ~remainder >>> 0;
}
