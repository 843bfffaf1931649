import { describe, expect, it } from "vitest";
import { encodeCsv, mapTable, shortest } from "../../src/drawing/csv";

const maps = {
  height: 2,
  width: 2,
  channels: 2,
  values: new Float32Array([0.1, -0, NaN, 2 ** -149, Infinity, -Infinity, 1 / 3, 16777217]),
};

describe("a table of maps", () => {
  it("has what is chosen, a value a line", () => {
    const table = mapTable([], [{ fields: [], maps, channels: [1, 0] }]);
    expect(encodeCsv(table)).toBe(
      "channel,row,column,value\n" +
        "1,0,0,inf\n1,0,1,-inf\n1,1,0,0.33333334\n1,1,1,16777216\n" +
        "0,0,0,0.1\n0,0,1,-0\n0,1,0,nan\n0,1,1,1.4013e-45\n",
    );
  });

  it("has what maps are of in front, and one line for maps there are not", () => {
    const one = { height: 1, width: 1, channels: 1, values: new Float32Array([5]) };
    const table = mapTable(
      ["run", "layer"],
      [
        { fields: ["a", "conv"], maps: one, channels: [0] },
        { fields: ["b", "conv"], maps: null, channels: [] },
      ],
    );
    expect(encodeCsv(table)).toBe(
      "run,layer,channel,row,column,value\na,conv,0,0,0,5\nb,conv,,,,\n",
    );
  });

  it.each([-1, 2, 0.5])("refuses channel %d", (channel) => {
    const table = mapTable([], [{ fields: [], maps, channels: [channel] }]);
    expect(() => encodeCsv(table)).toThrow(`Received channel ${channel}; there are 0 to 1.`);
  });
});

describe("encodeCsv", () => {
  it("quotes what would end a field or a line", () => {
    const rows = [["a,b", 'say "no"', "two\nlines", "=1+1"]];
    expect(encodeCsv({ head: ["1", "2", "3", "4"], rows })).toBe(
      '1,2,3,4\n"a,b","say ""no""","two\nlines",=1+1\n',
    );
  });
});

it("tells all float32 apart", () => {
  const bits = Uint32Array.from({ length: 4096 }, (_, i) => (i * 2654435761) >>> 0);
  const values = new Float32Array(bits.buffer).filter(Number.isFinite);
  const read = Float32Array.from(values, (value) => Number(shortest(value)));
  expect(read).toEqual(values);
});

it("writes a number between two float32 as the one that arrays of it have", () => {
  // Nine digits of it lie on the other side of the middle.
  const below = Math.fround(1.0008156);
  const above = below + 2 ** -23;
  const middle = below + 2 ** -24;
  const numbers = [middle - 2 ** -40, middle + 2 ** -40];
  expect(numbers.map((number) => Math.fround(Number(shortest(number))))).toEqual([
    below,
    above,
  ]);
});
