import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

/** From the top: a file imports from its own folder and from those after it. */
const FOLDERS = [
  "ui/frame",
  "ui/views",
  "ui/export",
  "ui/parts",
  "ui/pictures",
  "ui/hooks",
  "data",
  "state",
  "export_python",
  "drawing",
  "numbers",
  "host",
];
/** What may be imported from below, and who may. */
const EXCEPTIONS: { [imported: string]: RegExp } = {
  // The actions of keys are those of buttons, too.
  "ui/frame/navigation": /^ui\/(parts|views)\//,
  // It has types of what it holds.
  "data/heat_map": /^state\/view_state/,
  "data/multiples": /^state\/view_state/,
  "data/queries": /^state\/view_state/,
};

const ROOT = join(import.meta.dirname, "../src");

/** The folder of a file, as a place in the list; -1 for what joins all of them. */
const rank = (file: string) => FOLDERS.findIndex((folder) => file.startsWith(`${folder}/`));

it("files import from their own folder and from those below it", () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  expect(files.length).toBeGreaterThan(100);
  const upward = files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), "utf8").matchAll(/from "(\.[^"]+)"/g)]
      .map(([, path]) => normalize(join(dirname(file), path!)))
      .filter((imported) => rank(imported) < rank(file) && !EXCEPTIONS[imported]?.test(file))
      .map((imported) => `${file} imports ${imported}`),
  );
  expect(upward).toEqual([]);
});
