import { describe, expect, it } from "vitest";
import {
  counted,
  endWords,
  format,
  legendTicks,
  markWords,
  percent,
  placedTicks,
  rampTicks,
  scaleWords,
  ticks,
} from "../../src/drawing/legend";

describe("ticks", () => {
  it.each([
    [0, 1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 1, 5, [0, 0.5, 1]],
    [-3, 3, 5, [-2, 0, 2]],
    [0, 17.25, 5, [0, 5, 10, 15]],
    [0.1, 0.35, 6, [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]],
    [-2e-6, 3e-6, 6, [-2e-6, -1e-6, 0, 1e-6, 2e-6, 3e-6]],
    [0, 2e6, 3, [0, 1e6, 2e6]],
    [1000001, 1000003, 3, [1000001, 1000002, 1000003]],
    [2, 2, 5, [2]],
    [0.3, 0.4, 1, [0.3, 0.4]],
  ])("from %d to %d, about %d", (low, high, count, expected) => {
    expect(ticks({ low, high }, count)).toEqual(expected);
  });

  it("lie within the limits, evenly, and are no more than asked for", () => {
    for (let i = 1; i < 300; i++) {
      const low = Math.sin(i) * 10 ** (i % 9);
      const high = low + Math.abs(Math.cos(i * 7)) * 10 ** ((i % 11) - 3);
      const found = ticks({ low, high }, 6);
      expect(found.length).toBeLessThanOrEqual(6);
      for (const tick of found) {
        expect(tick).toBeGreaterThanOrEqual(low - 1e-8 * (high - low) - 1e-9 * Math.abs(low));
        expect(tick).toBeLessThanOrEqual(high + 1e-8 * (high - low) + 1e-9 * Math.abs(high));
      }
    }
  });
});

it.each([
  [0, "0"],
  [-0, "0"],
  [1, "1"],
  [0.5, "0.5"],
  [-0.123456, "−0.1235"],
  [17.25, "17.25"],
  [3.14159, "3.142"],
  [9.99999, "10"],
  [1234.56, "1235"],
  [12345.6, "12346"],
  [-99999.4, "−99999"],
  [99999.6, "1e5"],
  [100000, "1e5"],
  [123456, "1.235e5"],
  [0.001, "0.001"],
  [0.0009999, "9.999e−4"],
  [0.00099999, "0.001"],
  [-1.5e-7, "−1.5e−7"],
  [2 ** -149, "1.401e−45"],
  [3.4028234663852886e38, "3.403e38"],
  [NaN, "NaN"],
  [Infinity, "∞"],
  [-Infinity, "−∞"],
])("format of %d is %s", (value, text) => {
  expect(format(value)).toBe(text);
});

it.each([
  [0, "0%"],
  [1, "100%"],
  [0.5, "50%"],
  [0.1234, "12.3%"],
  [0.0004, "<0.1%"],
  [0.9996, ">99.9%"],
  [NaN, "NaN"],
])("percent of %d is %s", (share, text) => {
  expect(percent(share)).toBe(text);
});

describe("rampTicks", () => {
  const scale = { limits: { low: -1, high: 4 }, gamma: 1, signed: true };
  it("stand where their values are, also beyond uneven limits", () => {
    const found = rampTicks(scale, true, 400);
    expect(found[0]).toMatchObject({ text: "−4", share: 0 });
    expect(found.find(({ text }) => text === "0")?.share).toBe(0.5);
    expect(found.at(-1)).toMatchObject({ text: "4", share: 1 });
  });

  it("are words where the scales are several", () => {
    const words = (signed: boolean) =>
      rampTicks({ ...scale, signed }, false, 400).map(({ text }) => text);
    expect(words(false)).toEqual(["smallest", "largest"]);
    expect(words(true)).toEqual(["−largest", "0", "largest"]);
  });
});

it("endWords are the values at both ends of the colours", () => {
  const limits = { low: -1, high: 4 };
  expect(endWords({ limits, signed: true })).toBe("±4");
  expect(endWords({ limits, signed: false })).toBe("−1 to 4");
});

describe("scaleWords", () => {
  const limits = { low: -1, high: 3 };
  it("are those of the scale", () => {
    expect(scaleWords({ shared: true, words: "fixed values" }, { limits, signed: false })).toBe(
      "fixed values",
    );
    const even = { limits: { low: -3, high: 3 }, signed: true };
    expect(scaleWords({ shared: true, words: "fixed values" }, even)).toBe("fixed values");
  });

  it("tell the limits where the colours go further", () => {
    const uneven = { limits, signed: true };
    expect(scaleWords({ shared: true, words: "fixed values" }, uneven)).toBe(
      "−1 to 3: fixed values; zero in the middle",
    );
    expect(scaleWords({ shared: false, words: "each its own" }, uneven)).toBe(
      "each its own; zero in the middle",
    );
  });
});

it("legendTicks are at least three", () => {
  expect(legendTicks({ low: -47.41, high: 47.41 })).toEqual([-40, -20, 0, 20, 40]);
  expect(legendTicks({ low: 0, high: 1630 })).toEqual([0, 500, 1000, 1500]);
  expect(legendTicks({ low: 2, high: 2 })).toEqual([2]);
});

describe("placedTicks", () => {
  const linear = (limits: { low: number; high: number }) => (value: number) =>
    (value - limits.low) / (limits.high - limits.low);
  const texts = (low: number, high: number, width: number) =>
    placedTicks({ low, high }, linear({ low, high }), width).map(({ text }) => text);

  it("tells both ends, and between them what there is room for", () => {
    expect(texts(0, 1.251, 224)).toEqual(["0", "0.5", "1.251"]);
    expect(texts(-0.4451, 0.4451, 224)).toEqual(["−0.4451", "0", "0.4451"]);
    expect(texts(-0.4451, 0.4451, 290)).toEqual(["−0.4451", "−0.2", "0", "0.2", "0.4451"]);
    expect(texts(-0.4451, 0.4451, 100)).toEqual(["−0.4451", "0.4451"]);
    expect(texts(0, 1, 224)).toEqual(["0", "0.5", "1"]);
  });

  it("begins with the colours and ends with them", () => {
    const found = placedTicks({ low: -2, high: 6 }, linear({ low: -2, high: 6 }), 224);
    expect(found.map(({ value, share }) => [value, share])).toEqual([
      [-2, 0],
      [0, 0.25],
      [2, 0.5],
      [4, 0.75],
      [6, 1],
    ]);
  });

  it("puts values where gamma moves their colours", () => {
    const found = placedTicks({ low: 0, high: 1 }, (value) => value ** 2, 224);
    expect(found.map(({ value, share }) => [value, share])).toEqual([
      [0, 0],
      [0.5, 0.25],
      [1, 1],
    ]);
  });

  it("tells a scale without width once", () => {
    expect(placedTicks({ low: 2, high: 2 }, () => 1, 224)).toEqual([
      { value: 2, text: "2", share: 1 },
    ]);
  });

  it("leaves room between all texts", () => {
    for (let i = 1; i < 300; i++) {
      const low = Math.sin(i) * 10 ** (i % 9);
      const limits = { low, high: low + 10 ** ((i % 11) - 3) };
      const width = 224;
      const found = placedTicks(limits, linear(limits), width);
      const spans = found.map(({ text, share }, place) => {
        const long = 6.5 * text.length;
        const anchor = place === 0 ? 0 : place === found.length - 1 ? 1 : 0.5;
        return [share * width - anchor * long, share * width + (1 - anchor) * long];
      });
      for (let place = 2; place < spans.length; place++) {
        expect(spans[place]![0]! - spans[place - 1]![1]!).toBeGreaterThanOrEqual(10 - 1e-9);
      }
    }
  });
});

it("markWords tells only what is present, and how often", () => {
  expect(markWords({ 0: 7, 1: 12, 2: 0, 3: 4704, 4: 1, 5: 0 })).toEqual([
    { mark: 1, words: "12 below the scale (0.3%)" },
    { mark: 3, words: "4,704 NaN" },
    { mark: 4, words: "1 ∞" },
  ]);
  expect(markWords({ 0: 7, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 })).toEqual([]);
});

it.each([
  [0, "0 steps"],
  [1, "1 step"],
  [2, "2 steps"],
])("counted of %d is %s", (count, words) => {
  expect(counted(count, "step")).toBe(words);
});
