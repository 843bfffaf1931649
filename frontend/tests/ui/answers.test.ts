import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../src/ui");
/** The one place that draws an answer, and what it is made of. */
const RULE = ["hooks/latest.ts", "parts/answered.tsx"];
/** They show nothing: they act once an answer is there. */
const ACTS = ["frame/navigation.ts", "export/scripts.ts"];

const sources = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !RULE.includes(file))
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }));

const matches = (pattern: RegExp) =>
  sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

it("what an answer holds is shown by Answered alone, which says when it is on its way", () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(matches(/\buseLatest\b/)).toEqual([]);
  const looksAtStates = matches(/\.?state\b\s*[!=]==\s*"(ready|waiting|failed)"/);
  expect(looksAtStates.filter((file) => !ACTS.includes(file))).toEqual([]);
});

it("nothing is drawn blank for an answer that is not there", () => {
  expect(matches(/<(div|section|aside|p|main)( class="[^"]*")? \/>/)).toEqual([]);
});
