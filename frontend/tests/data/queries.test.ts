import { effect } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";
import { Answers, Queue } from "../../src/data/queries";

/** A question that is answered by hand. */
function question() {
  const asked: {
    signal: AbortSignal;
    answer: (x: number) => void;
    fail: (e: Error) => void;
  }[] = [];
  const ask = (signal: AbortSignal) =>
    new Promise<number>((answer, fail) => {
      asked.push({ signal, answer, fail });
    });
  return { asked, ask };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("Answers", () => {
  it("asks once, when somebody looks", async () => {
    const { asked, ask } = question();
    const answers = new Answers<number>(new Queue(4));
    const answer = answers.get("a", ask);
    expect(asked).toHaveLength(0);
    const seen: unknown[] = [];
    effect(() => void seen.push(answers.get("a", ask).value));
    effect(() => void answers.get("a", ask).value);
    await soon();
    expect(asked).toHaveLength(1);
    asked[0]!.answer(7);
    await soon();
    expect(seen).toEqual([{ state: "waiting" }, { state: "ready", value: 7 }]);
    expect(answer.peek()).toEqual({ state: "ready", value: 7 });
  });

  it("ends a request that nobody waits for, and asks again for who looks later", async () => {
    vi.useFakeTimers();
    const { asked, ask } = question();
    const answers = new Answers<number>(new Queue(4));
    const stop = effect(() => void answers.get("a", ask).value);
    await vi.advanceTimersByTimeAsync(1);
    stop();
    await vi.advanceTimersByTimeAsync(100);
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[0]!.answer(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(answers.peek("a")).toBeNull();
    effect(() => void answers.get("a", ask).value);
    await vi.advanceTimersByTimeAsync(1);
    asked[1]!.answer(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(answers.peek("a")).toBe(2);
    vi.useRealTimers();
  });

  it("keeps a refusal until it is told to try again", async () => {
    const { asked, ask } = question();
    const answers = new Answers<number>(new Queue(4));
    const seen: string[] = [];
    effect(() => {
      const answer = answers.get("a", ask).value;
      seen.push(answer.state === "failed" ? answer.reason : answer.state);
    });
    await soon();
    asked[0]!.fail(new Error("no such run"));
    await soon();
    answers.retry();
    await soon();
    asked[1]!.answer(3);
    await soon();
    expect(seen).toEqual(["waiting", "no such run", "waiting", "ready"]);
  });

  it("tries a broken connection three times", async () => {
    vi.useFakeTimers();
    let times = 0;
    const answers = new Answers<number>(new Queue(4));
    const ask = () => {
      times++;
      return times < 3 ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(5);
    };
    effect(() => void answers.get("a", ask).value);
    await vi.advanceTimersByTimeAsync(2000);
    expect(answers.peek("a")).toBe(5);
    vi.useRealTimers();
  });

  it("forgets what was looked at longest ago, never what is looked at", async () => {
    const answers = new Answers<number>(new Queue(4), 10, (value) => value);
    const look = (key: string, value: number) =>
      effect(() => void answers.get(key, () => Promise.resolve(value)).value);
    look("kept", 6);
    await soon();
    for (const key of ["a", "b"]) {
      const stop = look(key, 3);
      await soon();
      stop();
    }
    look("c", 4);
    await soon();
    expect(["kept", "a", "b", "c"].map((key) => answers.peek(key))).toEqual([6, null, null, 4]);
  });
});

describe("Queue", () => {
  it("lets so many go, the latest wish first, and not what is not wanted any more", async () => {
    const queue = new Queue(1);
    const order: string[] = [];
    const ends: (() => void)[] = [];
    const unwanted = new AbortController();
    const add = (name: string, signal = new AbortController().signal) =>
      queue
        .add(
          () =>
            new Promise<void>((end) => {
              order.push(name);
              ends.push(end);
            }),
          signal,
        )
        .catch(() => order.push(`${name} left out`));
    add("first");
    add("second");
    add("unwanted", unwanted.signal);
    add("last");
    unwanted.abort();
    for (let i = 0; i < 3; i++) {
      ends[i]?.();
      await soon();
    }
    expect(order).toEqual(["first", "unwanted left out", "last", "second"]);
  });
});
