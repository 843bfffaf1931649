import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** A side B that is taken from a side A, in words or in a formula. */
const WRONG = /\bA\s*[−–-]\s*B\b|\ba\s*-\s*b\b/;

const written = (folder: string, kinds: RegExp) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => kinds.test(file))
    .map((file) => join(folder, file));

it("a difference is always B less A", () => {
  const files = [
    ...written("frontend/src", /\.tsx?$/),
    ...written("tb_actviz", /\.(py|md)$/),
    ...written("examples", /\.py$/),
    "README.md",
    "CHANGELOG.md",
    "frontend/README.md",
  ];
  expect(files.length).toBeGreaterThan(200);
  const wrong = files.flatMap((file) =>
    readFileSync(join(ROOT, file), "utf8")
      .split("\n")
      // What is put in order is not shown.
      .filter((line) => WRONG.test(line) && !line.includes("sort("))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(wrong).toEqual([]);
});
