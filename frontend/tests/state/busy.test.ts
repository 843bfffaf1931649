import { effect } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Answers, Queue } from "../../src/data/queries";
import { reload } from "../../src/data/resources";
import { logDirOf } from "../../src/data/runs";
import { begin, during, onBusy } from "../../src/state/busy";

let told: boolean[] = [];
onBusy((busy) => told.push(busy));
const isBusy = () => told.at(-1);

beforeEach(() => {
  vi.useFakeTimers();
  expect(isBusy()).toBe(false);
  told = [false];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const soon = () => vi.advanceTimersByTimeAsync(1);

describe("busy", () => {
  it("is so from the first that begins to the last that ends, and told as it changes", () => {
    const [one, other] = [begin(), begin()];
    one();
    one();
    expect(told).toEqual([false, true]);
    other();
    expect(told).toEqual([false, true, false]);
  });

  it("tells whoever asks later how it is", () => {
    const end = begin();
    const late: boolean[] = [];
    onBusy((busy) => late.push(busy));
    end();
    expect(late).toEqual([true, false]);
  });

  it("tells of answers alone, without choices that are not yet in the address", () => {
    const answers: boolean[] = [];
    onBusy((busy) => answers.push(busy), ["answer"]);
    const ends = [begin("choice"), begin("answer")];
    ends[1]!();
    expect(answers).toEqual([false, true, false]);
    expect(told).toEqual([false, true]);
    ends[0]!();
    expect(answers).toEqual([false, true, false]);
    expect(told).toEqual([false, true, false]);
  });

  it("ends with what fails, too", async () => {
    const failing = during(() => Promise.reject(new Error("no")));
    expect(isBusy()).toBe(true);
    await expect(failing).rejects.toThrow("no");
    expect(isBusy()).toBe(false);
  });
});

describe("an answer", () => {
  it("is on its way from when it waits in the queue until it is there", async () => {
    const answers = new Answers<number>(new Queue(1));
    const ends: ((value: number) => void)[] = [];
    const ask = () => new Promise<number>((end) => ends.push(end));
    effect(() => void answers.get("a", ask).value);
    effect(() => void answers.get("b", ask).value);
    await soon();
    expect(ends).toHaveLength(1);
    ends[0]!(1);
    await soon();
    expect(isBusy()).toBe(true);
    ends[1]!(2);
    await soon();
    expect(told).toEqual([false, true, false]);
  });

  it("is on its way while a broken connection is about to be tried again", async () => {
    const answers = new Answers<number>(new Queue(1));
    let broken = true;
    const ask = () =>
      broken ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(3);
    effect(() => void answers.get("a", ask).value);
    await soon();
    broken = false;
    expect(isBusy()).toBe(true);
    await vi.advanceTimersByTimeAsync(2000);
    expect([answers.peek("a"), isBusy()]).toEqual([3, false]);
  });

  it("is not where it was refused", async () => {
    const answers = new Answers<number>(new Queue(1));
    effect(() => void answers.get("a", () => Promise.reject(new Error("no"))).value);
    expect(isBusy()).toBe(true);
    await soon();
    expect(isBusy()).toBe(false);
  });

  it.each([
    ["asked for", () => new Promise<number>(() => undefined)],
    ["about to be asked for again", () => Promise.reject(new TypeError("Failed to fetch"))],
  ])("is not once nobody waits for it, whether %s", async (_, ask) => {
    const answers = new Answers<number>(new Queue(1));
    const stop = effect(() => void answers.get("a", ask).value);
    await soon();
    stop();
    expect(isBusy()).toBe(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(isBusy()).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(told).toEqual([false, true, false]);
  });
});

describe.each([
  ["the listing of runs", reload, { kept_at_most: null, runs: [] }],
  ["the log directory", logDirOf, { data_location: "runs" }],
])("%s", (_, read, answer) => {
  it("is on its way until it is read, and not after a failure", async () => {
    let end: (value: unknown) => void = () => undefined;
    vi.stubGlobal("fetch", () =>
      Promise.resolve({ ok: true, json: () => new Promise((resolve) => (end = resolve)) }),
    );
    const reading = read();
    await soon();
    expect(isBusy()).toBe(true);
    end(answer);
    await reading;
    expect(isBusy()).toBe(false);
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await read();
    expect(told).toEqual([false, true, false, true, false]);
  });
});
