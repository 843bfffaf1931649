import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { liveFailure, lookAgainAndAgain } from "../../src/data/live";
import { listing } from "../../src/data/resources";
import { onBusy } from "../../src/state/busy";

const NONE = { kept_at_most: null, runs: [] };
const on = signal(false);
let seen = true;
let asked = 0;
let answer: () => Promise<Response>;
lookAgainAndAgain(on, () => seen);

beforeEach(() => {
  vi.useFakeTimers();
  [seen, asked] = [true, 0];
  answer = () => Promise.resolve(Response.json(NONE));
  vi.stubGlobal("fetch", () => {
    asked++;
    return answer();
  });
});
afterEach(async () => {
  on.value = false;
  // What is still asked comes to its end.
  await vi.advanceTimersByTimeAsync(5000);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(1000 * seconds);

describe("looking again and again", () => {
  it("asks at once and then every three seconds, until it is switched off", async () => {
    on.value = true;
    await pass(10);
    expect(asked).toBe(4);
    expect(listing.value).toEqual({ state: "ready", value: NONE });
    on.value = false;
    await pass(60);
    expect(asked).toBe(4);
  });

  it("never asks while it is asking, and rests ten times as long as an answer takes", async () => {
    answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return Response.json(NONE);
    };
    on.value = true;
    await pass(1);
    on.value = false;
    on.value = true;
    await pass(20);
    expect(asked).toBe(1);
    await pass(2);
    expect(asked).toBe(2);
  });

  it("rests while nobody sees it", async () => {
    seen = false;
    on.value = true;
    await pass(60);
    expect(asked).toBe(0);
    seen = true;
    await pass(3);
    expect(asked).toBe(1);
  });

  it("says why it gets no answer, as long as that is so", async () => {
    answer = () => Promise.reject(new TypeError("Failed to fetch"));
    on.value = true;
    await pass(1);
    expect(liveFailure.value).toBe("Failed to fetch");
    answer = () => Promise.resolve(Response.json(NONE));
    await pass(3);
    expect(liveFailure.value).toBeNull();
    answer = () => Promise.reject(new TypeError("Failed to fetch"));
    await pass(3);
    on.value = false;
    await pass(1);
    expect(liveFailure.value).toBeNull();
  });

  it("does not make the tab busy: nobody waits for it", async () => {
    const told: boolean[] = [];
    onBusy((busy) => told.push(busy));
    on.value = true;
    await pass(10);
    expect(told).toEqual([false]);
  });
});
