import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  fetchCurve,
  fetchHealth,
  fetchRecord,
  fetchRunOrder,
  fetchRuns,
  fetchScalar,
  fetchSteps,
} from "../../src/data/api";

const { signal } = new AbortController();
const ADDRESS = { run: "train", tag: "conv1/activations", step: 0, wallTime: 1.5 };

const ASK: { [route: string]: () => Promise<unknown> } = {
  runs: () => fetchRuns(signal),
  steps: () => fetchSteps("train", "conv1/activations", signal),
  record: () => fetchRecord(ADDRESS, signal),
  health: () => fetchHealth("train", signal),
  curve: () => fetchCurve("train", "conv1/activations", 0, signal),
  scalar: () => fetchScalar("train", null, signal),
};

/** The examples of the document, which are run against the back end in tests of Python. */
const DOCUMENT = new URL("../../../tb_actviz/plugin/http_api.md", import.meta.url);
const EXAMPLES = [
  ...readFileSync(DOCUMENT, "utf8").matchAll(
    /```http\nGET (\w+)(.*)\n\n200 [^{`]*(\{[^`]*)```/g,
  ),
]
  .map(([, name, given, body]) => ({ name: name!, given: given!, body: body! }))
  // The tab asks for all statistics of a curve.
  .filter(({ name, given }) => name in ASK && !given.includes("statistic="));

function answering(body: unknown): void {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(body)));
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("an answer as the document shows it", () => {
  it("is there for each route that the tab asks for JSON", () => {
    expect(new Set(EXAMPLES.map(({ name }) => name))).toEqual(new Set(Object.keys(ASK)));
  });

  it.each(EXAMPLES)("is taken as it is: $name$given", async ({ name, body }) => {
    const answer: unknown = JSON.parse(body);
    answering(answer);
    expect(await ASK[name]!()).toEqual(answer);
  });
});

/** Every key of an answer on the way to its leaves, the first entry standing for a list. */
function pathsIn(value: unknown): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.slice(0, 1).map((entry, i) => [i, entry])
    : Object.entries(value);
  return entries.flatMap(([key, entry]) => [
    [key],
    ...pathsIn(entry).map((path) => [key, ...path]),
  ]);
}

function changed(value: unknown, [key, ...path]: (string | number)[], to: unknown): unknown {
  const copy = structuredClone(value) as { [key: string | number]: unknown };
  copy[key!] = path.length ? changed(copy[key!], path, to) : to;
  return copy;
}

/** What the document shows and the tab does not read. */
const UNREAD = new Set("schema zero_share wall_times input inputs run tag".split(" "));

describe("an answer of another shape", () => {
  const record = EXAMPLES.find(({ name }) => name === "record")!;
  const answer: unknown = JSON.parse(record.body);
  const read = pathsIn(answer).filter(
    (path) => !path.some((key) => UNREAD.has(String(key)) && key !== "inputs"),
  );

  it.each(read.map((path) => [path]))(
    "is an error that names what is wrong: %j",
    async (path) => {
      answering(changed(answer, path, { junk: { junk: true } }));
      await expect(ASK.record!()).rejects.toThrow(
        /^TensorBoard's answer to “record” is not as/,
      );
    },
  );

  it.each([
    ["runs", [], "“runs” is not an object."],
    ["runs", { runs: [] }, "“runs.kept_at_most” is not a number."],
    [
      "runs",
      { kept_at_most: null, runs: [{ run: "a", tags: [{ tag: 1 }], unreadable: null }] },
      "“runs.runs[0].tags[0].tag” is not a text.",
    ],
    ["steps", { run: "a", tag: "b", logged: 1, steps: {} }, "“steps.steps” is not a list."],
    [
      "record",
      changed(answer, ["inputs", 0, "packed", "precision"], "float8"),
      "“record.inputs[0].packed.precision” is not one of float32, float16, uint8.",
    ],
    [
      "record",
      changed(answer, ["inputs", 0, "packed", "shape"], [2, 2]),
      "“record.inputs[0].packed.shape” is not a list of 3.",
    ],
    [
      "record",
      changed(answer, ["position"], { epoch: "1" }),
      "“record.position.epoch” is not a number.",
    ],
  ])("of %s is reported with its place", async (name, body, words) => {
    answering(body);
    await expect(ASK[name]!()).rejects.toThrow(words);
  });

  it("may leave out, or have as null, what older records do not say", async () => {
    for (const path of [
      ["layer", "parameters"],
      ["layer", "receptive_field"],
      ["inputs", 0, "predicted"],
    ]) {
      for (const nothing of [null, undefined]) {
        answering(changed(answer, path, nothing));
        await expect(ASK.record!()).resolves.toBeDefined();
      }
    }
  });
});

it("the runs of TensorBoard are a list of names", async () => {
  answering(["a", "b"]);
  expect(await fetchRunOrder(signal)).toEqual(["a", "b"]);
  answering({ a: 1 });
  await expect(fetchRunOrder(signal)).rejects.toThrow("is not a list");
});
