import { describe, expect, it } from "vitest";
import { call, comment, integers, list, pair, quoted } from "../../src/export_python/text";

it("no name ends its string", () => {
  const name = 'x"); import os #\n\u2028é\u202e\\';
  expect(quoted(name)).toBe('"x\\"); import os #\\n\\u2028\\u00e9\\u202e\\\\"');
  expect(quoted("😀")).toBe('"😀"');
  expect(quoted("\ud800")).toBe('"\\ud800"');
});

describe("remark", () => {
  it("keeps to its lines, whatever is in it", () => {
    expect(comment("run a\nimport os\r\u2028\u202e\u0007 − é")).toBe(
      "# run a?import os???? − é",
    );
  });

  it("wraps at 88 characters", () => {
    const lines = comment("word ".repeat(40).trim()).split("\n");
    expect(lines).toHaveLength(3);
    expect(lines.every((line) => line.startsWith("# word") && line.length <= 88)).toBe(true);
  });
});

describe("calls and lists", () => {
  const long = Array.from({ length: 4 }, (_, i) => `"${String(i).repeat(18)}"`);

  it("stand on one line, if they fit", () => {
    expect(call("f", ["1", "a=2"])).toBe("f(1, a=2)");
    expect(list(["1", "2"])).toBe("[1, 2]");
    expect(list([])).toBe("[]");
  });

  it("else on the next, else on several", () => {
    const inner = long.slice(0, 3).join(", ");
    const name = "f".repeat(30);
    expect(call(name, long.slice(0, 3))).toBe(`${name}(\n    ${inner}\n)`);
    expect(call("f", [...long, '"4"'], "  ")).toBe(
      `f(\n${[...long, '"4"'].map((one) => `      ${one},\n`).join("")}  )`,
    );
    expect(list([...long, '"4"'])).toBe(`[\n    ${inner},\n    ${long[3]}, "4",\n]`);
  });

  it("take what stands beside them into account", () => {
    expect(list(long.slice(0, 3), "", 30)).toContain("\n");
  });
});

it.each([
  [[0, 1, 2, 3], "range(4)"],
  [[3, 4, 5], "range(3, 6)"],
  [[0, 10, 20], "range(0, 30, 10)"],
  [[4, 3, 2], "range(4, 1, -1)"],
  [[0, 1], "[0, 1]"],
  [[7], "[7]"],
  [[1, 2, 4], "[1, 2, 4]"],
  [[], "[]"],
])("%j are %s", (numbers, text) => {
  expect(integers(numbers)).toBe(text);
});

it("limits are a pair", () => {
  expect(pair({ low: -0.5, high: 1e21 })).toBe("(-0.5, 1e+21)");
});
