import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decode, inflate, type Packed } from "../../src/numbers/decode";

interface Vector {
  name: string;
  header: string;
  data: string[];
  values: string[];
}

const FILE = new URL("../../../tests/records/vectors.json", import.meta.url);
const vectors = (JSON.parse(readFileSync(FILE, "utf8")) as { records: Vector[] }).records;

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

describe.each(vectors)("$name", ({ header, data, values }) => {
  const inputs = (JSON.parse(header) as { inputs: { packed: Packed }[] }).inputs;

  it.each(inputs.map((one, i) => [i, one.packed] as const))("input %i", async (i, packed) => {
    const maps = await decode(packed, new Blob([bytes(data[i]!)]));
    const [height, width, channels] = packed.shape;
    const expected = new Float32Array(bytes(values[i]!).buffer);
    const found = new Float32Array(expected.length);
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < height * width; p++) {
        found[p * channels + c] = maps.values[c * height * width + p]!;
      }
    }
    const bits = (x: Float32Array) =>
      Array.from(x, (v, j) => (Number.isNaN(v) ? "NaN" : new Uint32Array(x.buffer)[j]));
    expect(bits(found)).toEqual(bits(expected));
    expect(maps).toMatchObject({ height, width, channels });
  });
});

describe("inflate", () => {
  const deflated = async (content: Uint8Array<ArrayBuffer>) =>
    new Response(
      new Blob([content]).stream().pipeThrough(new CompressionStream("deflate")),
    ).blob();

  it("refuses a stream that becomes more than it should", async () => {
    const bomb = await deflated(new Uint8Array(1 << 24));
    await expect(inflate(bomb, 100)).rejects.toThrow("more than 100 bytes");
  });

  it("refuses a stream that becomes less", async () => {
    await expect(inflate(await deflated(new Uint8Array(9)), 10)).rejects.toThrow(
      "inflate to 9 bytes, not 10",
    );
  });

  it("refuses what is no stream", async () => {
    await expect(inflate(new Blob(["<html>"]), 10)).rejects.toThrow();
  });
});
