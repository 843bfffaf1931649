import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../src/ui");
const SOURCES = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".tsx"))
  .map((file) => join(ROOT, file));
/** What stands in an element that is red, or is given to what shows failures. */
const RED = [
  /class="[^"]*\bfailed\b[^"]*"[^>]*>([^<]*)/g,
  /<Failed\s+reason=(?:\{([^}]*)\}|"([^"]*)")/g,
];
/** What tells people to do something. */
const ADVICE = /(?:^|[.:;,]\s+|[`"]\s*)(choose|look|click|search|sort|use|log|press|take)\b/i;

function redWords(source: string): string[] {
  return RED.flatMap((pattern) =>
    [...source.matchAll(pattern)].map(([, first, second]) => (first ?? second ?? "").trim()),
  );
}

it("red is for failures, and advice is never red", () => {
  const found = SOURCES.flatMap((path) => redWords(readFileSync(path, "utf8")));
  expect(found.length).toBeGreaterThan(10);
  expect(found.filter((words) => ADVICE.test(words))).toEqual([]);
});

it("advice in red is noticed", () => {
  const red = [
    '<p class="failed">\n  Look at them side by side</p>',
    '<Failed reason="The shapes differ: choose others." />',
    "<Failed reason={`The shape of $a differs: choose others.`} />",
  ];
  for (const source of red) expect(redWords(source).some((one) => ADVICE.test(one))).toBe(true);
});
