import { deflateSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type About, HeldPage } from "../../src/host/held_page";

const ABOUT: About = {
  version: "1",
  made: "2026-01-01",
  log_dir: "runs",
  chosen: [],
  losses: [],
  problems: [],
};
const { signal } = new AbortController();

type Entry = [string, { [name: string]: string | number }, number, string, number];

const ENTRIES: Entry[] = [
  ["runs", {}, 200, "application/json", 0],
  ["steps", { run: "a b", tag: "conv/activations" }, 200, "application/json", 1],
  // Numbers as JSON of Python may write them.
  ["record", { run: "a", tag: "t", step: 0, wall_time: 1e16 }, 422, "text/plain", 2],
  ["values", { run: "a", tag: "t", step: 0, input: 0 }, 200, "application/octet-stream", 3],
];
const BODIES = ['{"runs":[]}', '{"steps":[1]}', "It is damaged: é.", "raw"];

/** A page, and the ids of the elements that were looked at. */
function page(entries: Entry[] = ENTRIES): { held: HeldPage; read: string[] } {
  const encoded = new Map(
    BODIES.map((body, i) => [
      `tb_actviz-${i}`,
      (body === "raw" ? Buffer.from(body) : deflateSync(body)).toString("base64"),
    ]),
  );
  const index = JSON.stringify(entries).replace("10000000000000000", "1e+16");
  encoded.set("tb_actviz-index", deflateSync(index).toString("base64"));
  const read: string[] = [];
  const held = new HeldPage(ABOUT, (id) => {
    read.push(id);
    return encoded.get(id) ?? null;
  });
  return { held, read };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a page that holds answers", () => {
  it("gives them with their status and type", async () => {
    const { held } = page();
    const runs = await held.answer("runs", {}, signal);
    expect([runs.status, await runs.json()]).toEqual([200, { runs: [] }]);
    const given = { run: "a", tag: "t", step: 0, wall_time: 10_000_000_000_000_000 };
    const refused = await held.answer("record", given, signal);
    expect([refused.status, await refused.text()]).toEqual([422, "It is damaged: é."]);
    expect(refused.headers.get("Content-Type")).toBe("text/plain");
  });

  it("gives values as they are stored", async () => {
    const { held } = page();
    const given = { run: "a", tag: "t", step: 0, input: 0, wall_time: null };
    const values = await held.answer("values", given, signal);
    expect(await (await values.blob()).text()).toBe("raw");
  });

  it("does not mind the order of arguments, nor those that are not said", async () => {
    const { held } = page();
    const given = { tag: "conv/activations", name: null, run: "a b" };
    const steps = await held.answer("steps", given, signal);
    expect(await steps.json()).toEqual({ steps: [1] });
  });

  it("says what it does not hold", async () => {
    const { held } = page();
    const answer = await held.answer("steps", { run: "c", tag: "t" }, signal);
    expect([answer.status, await answer.text()]).toEqual([
      404,
      "This page does not hold that.",
    ]);
  });

  it("decodes what is asked for alone, and the index once", async () => {
    const { held, read } = page();
    await held.answer("runs", {}, signal);
    await held.answer("runs", {}, signal);
    expect(read).toEqual(["tb_actviz-index", "tb_actviz-0", "tb_actviz-0"]);
  });

  it("gives up what is not wanted any more", async () => {
    const { held } = page();
    const gone = AbortSignal.abort(new Error("not wanted"));
    await expect(held.answer("runs", {}, gone)).rejects.toThrow("not wanted");
  });
});

describe("a page that was split", () => {
  const split = () => new HeldPage(ABOUT, () => null);

  it("fetches its answers from beside it", async () => {
    const asked: string[] = [];
    vi.stubGlobal("location", { protocol: "https:" });
    vi.stubGlobal("fetch", (address: string) => {
      asked.push(address);
      const body = address.includes("index") ? JSON.stringify(ENTRIES) : BODIES[0]!;
      return Promise.resolve(new Response(new Uint8Array(deflateSync(body))));
    });
    const runs = await split().answer("runs", {}, signal);
    expect(await runs.json()).toEqual({ runs: [] });
    expect(asked).toEqual(["./answers/index.bin", "./answers/0.bin"]);
  });

  it("says which file is missing, and that a disk will not do", async () => {
    vi.stubGlobal("location", { protocol: "https:" });
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 404 })));
    await expect(split().answer("runs", {}, signal)).rejects.toThrow(
      "The file answers/index.bin beside the page is missing.",
    );
    vi.stubGlobal("location", { protocol: "file:" });
    await expect(split().answer("runs", {}, signal)).rejects.toThrow("from a web server only");
  });
});
