import { describe, expect, it } from "vitest";
import { crc32, encodeNpy, encodeNpyText, encodeZip } from "../../src/drawing/npy";

/** numpy.save of [[1, 2.5], [nan, -inf]], and of arange(5). */
const MATRIX =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIp" +
  "LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/" +
  "AAAgQAAAwH8AAID/";
const VECTOR =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDUsKSwg" +
  "fSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAA" +
  "AACAPwAAAEAAAEBAAACAQA==";
/** numpy.save of [3, -1, 2 ** 40]. */
const INTEGERS =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMs" +
  "KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg" +
  "IAoDAAAAAAAAAP//////////AAAAAAABAAA=";
/** numpy.save of "größe 😀". */
const TEXT =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPFU3JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCks" +
  "IH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg" +
  "IApnAAAAcgAAAPYAAADfAAAAZQAAACAAAAAA9gEA";
/** numpy.save of "". */
const NO_TEXT =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPFUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCks" +
  "IH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg" +
  "IAoAAAAA";
/** Python's zipfile of größe.npy, the matrix, and b/é.npy, arange(3); all attributes 0. */
const ARCHIVE =
  "UEsDBBQAAAgAAAAAIQAMbWJckAAAAJAAAAALAAAAZ3LDtsOfZS5ucHmTTlVNUFkBAHYAeydkZXNjcic6ICc8Zj" +
  "QnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgICAgICAg" +
  "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAgD8AACBAAADAfwAAgP9QSwMEFAAACA" +
  "AAAAAhALaMhlOMAAAAjAAAAAgAAABiL8OpLm5weZNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFu" +
  "X29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC" +
  "AgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAgD8AAABAUEsBAhQAFAAACAAAAAAhAAxtYlyQAAAA" +
  "kAAAAAsAAAAAAAAAAAAAAAAAAAAAAGdyw7bDn2UubnB5UEsBAhQAFAAACAAAAAAhALaMhlOMAAAAjAAAAAgAAA" +
  "AAAAAAAAAAAAAAuQAAAGIvw6kubnB5UEsFBgAAAAACAAIAbwAAAGsBAAAAAA==";

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const matrix = new Float32Array([1, 2.5, NaN, -Infinity]);

describe("encodeNpy", () => {
  it("gives the bytes of numpy.save", () => {
    expect(base64(encodeNpy(matrix, [2, 2]))).toBe(MATRIX);
    expect(base64(encodeNpy(new Float32Array([0, 1, 2, 3, 4]), [5]))).toBe(VECTOR);
  });

  it("gives those of integers, and of texts", () => {
    expect(base64(encodeNpy(new BigInt64Array([3n, -1n, 2n ** 40n]), [3]))).toBe(INTEGERS);
    expect(base64(encodeNpyText("größe 😀"))).toBe(TEXT);
    expect(base64(encodeNpyText(""))).toBe(NO_TEXT);
  });

  it("begins the values where they can be mapped, however long the shape is", () => {
    for (let axes = 1; axes < 40; axes++) {
      const bytes = encodeNpy(new Float32Array([7]), Array<number>(axes).fill(1));
      const header = new DataView(bytes.buffer).getUint16(8, true);
      expect((10 + header) % 64).toBe(0);
      expect(bytes[10 + header - 1]).toBe(10);
      expect(bytes.length).toBe(10 + header + 4);
    }
  });

  it("refuses another number of values than the shape holds", () => {
    expect(() => encodeNpy(matrix, [3, 2])).toThrow(
      "Received 4 values for the shape (3, 2), which holds 6.",
    );
  });
});

describe("encodeZip", () => {
  it("gives the bytes of Python's zipfile", () => {
    const files = [
      { name: "größe.npy", bytes: encodeNpy(matrix, [2, 2]) },
      { name: "b/é.npy", bytes: encodeNpy(new Float32Array([0, 1, 2]), [3]) },
    ];
    expect(base64(encodeZip(files))).toBe(ARCHIVE);
  });

  it("has the check sum of the standard", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });
});
