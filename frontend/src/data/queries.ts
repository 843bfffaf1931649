/** Answers of the back end, kept under what was asked; few are asked for at a time. */

import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { begin } from "../state/busy";

/** What is known of an answer. */
export type Answer<T> =
  | { state: "waiting" }
  | { state: "ready"; value: T }
  | { state: "failed"; reason: string };

/** An answer that is not there yet. */
export const WAITING = { state: "waiting" } as const;

/** An answer that is there. */
export function ready<T>(value: T): Answer<T> {
  return { state: "ready", value };
}

/** Why there is no answer, in words for people. */
export function failed(reason: string): Answer<never> {
  return { state: "failed", reason };
}

/** Go on with an answer once it is there. */
export function andThen<T, U>(answer: Answer<T>, next: (value: T) => Answer<U>): Answer<U> {
  return answer.state === "ready" ? next(answer.value) : answer;
}

/** All answers once they are there, or why the first that fails does. */
export function allOf<T>(answers: readonly Answer<T>[]): Answer<T[]> {
  const values: T[] = [];
  for (const answer of answers) {
    if (answer.state !== "ready") return answer;
    values.push(answer.value);
  }
  return ready(values);
}

/** An answer, or something else where there is none. */
export function orElse<T, U>(answer: Answer<T>, otherwise: U): Answer<T | U> {
  return answer.state === "failed" ? ready(otherwise) : answer;
}

/** What an answer holds; undefined where that is not known, yet or at all. */
export function known<T>(answer: Answer<T>): T | undefined {
  return answer.state === "ready" ? answer.value : undefined;
}

/** Why there is no answer; null where there is one, or may come. */
export function failureOf(answer: Answer<unknown>): string | null {
  return answer.state === "failed" ? answer.reason : null;
}

interface CachedAnswer<T> {
  answer: Signal<Answer<T>>;
  weight: number;
  watched: boolean;
  request: AbortController | null;
  begin: () => void;
}

const ATTEMPTS = 3;
const PAUSE = 400;
/** What is not looked at for so long, in ms, is not wanted any more. */
const GRACE = 50;

/**
 * Asks once for each key, as long as somebody looks at the answer.
 *
 * An answer belongs to its key for good, so that a late one can never be taken for that
 * to a newer question. A request that nobody waits for any more is ended. What has been
 * looked at longest ago is forgotten first, once all weighs more than `capacity`.
 */
export class Answers<T> {
  private readonly entries = new Map<string, CachedAnswer<T>>();
  private weight = 0;

  constructor(
    private readonly queue: Queue,
    private readonly capacity = Infinity,
    private readonly weigh: (value: T) => number = () => 1,
  ) {}

  /** The answer to a question, as it comes. */
  get(key: string, ask: (signal: AbortSignal) => Promise<T>): ReadonlySignal<Answer<T>> {
    const known = this.entries.get(key);
    if (known) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known.answer;
    }
    const entry: CachedAnswer<T> = {
      answer: signal<Answer<T>>(WAITING, {
        watched: () => {
          entry.watched = true;
          entry.begin();
        },
        unwatched: () => {
          entry.watched = false;
          setTimeout(() => this.end(entry), GRACE);
        },
      }),
      weight: 0,
      watched: false,
      request: null,
      begin: () => this.start(entry, ask),
    };
    this.entries.set(key, entry);
    this.forget();
    return entry.answer;
  }

  /** The answer, if it is there. */
  peek(key: string): T | null {
    const answer = this.entries.get(key)?.answer.peek();
    return answer?.state === "ready" ? answer.value : null;
  }

  /** Ask anew for what failed, at once for what is looked at. */
  retry(): void {
    for (const [key, entry] of [...this.entries]) {
      if (entry.answer.peek().state !== "failed") continue;
      entry.answer.value = WAITING;
      if (entry.watched) entry.begin();
      else this.entries.delete(key);
    }
  }

  private start(entry: CachedAnswer<T>, ask: (signal: AbortSignal) => Promise<T>): void {
    if (entry.answer.peek().state !== "waiting" || entry.request) return;
    const request = new AbortController();
    entry.request = request;
    const end = begin();
    // One that is given up may never come to an end.
    request.signal.addEventListener("abort", end, { once: true });
    this.attempt(ask, request.signal, ATTEMPTS)
      .then(
        (value) => {
          if (request.signal.aborted) return;
          entry.weight = this.weigh(value);
          this.weight += entry.weight;
          entry.answer.value = ready(value);
          this.forget();
        },
        (error: unknown) => {
          if (request.signal.aborted) return;
          const reason = error instanceof Error ? error.message : String(error);
          entry.answer.value = failed(reason);
        },
      )
      .finally(() => {
        if (entry.request === request) entry.request = null;
        end();
      });
  }

  /** What the server says no to stays so; a broken connection may be mended. */
  private async attempt(
    ask: (signal: AbortSignal) => Promise<T>,
    wanted: AbortSignal,
    left: number,
  ): Promise<T> {
    try {
      return await this.queue.add(() => ask(wanted), wanted);
    } catch (error) {
      if (wanted.aborted || left <= 1 || !(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      return this.attempt(ask, wanted, left - 1);
    }
  }

  private end(entry: CachedAnswer<T>): void {
    if (entry.watched) return;
    entry.request?.abort();
    entry.request = null;
  }

  private forget(): void {
    for (const [key, entry] of this.entries) {
      if (this.weight <= this.capacity) return;
      if (entry.watched || entry.answer.peek().state === "waiting") continue;
      this.entries.delete(key);
      this.weight -= entry.weight;
    }
  }
}

interface QueuedTask {
  run: () => Promise<void>;
  signal: AbortSignal;
}

/** Runs so many tasks at a time; what waits and is not wanted any more never starts. */
export class Queue {
  private readonly waiting: QueuedTask[] = [];
  private running = 0;

  constructor(private readonly limit: number) {}

  /** Run a task when there is room, those that were added last before the others. */
  add<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = () => task().then(resolve, reject);
      this.waiting.push({ run, signal });
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      this.next();
    });
  }

  private next(): void {
    while (this.running < this.limit) {
      const task = this.waiting.pop();
      if (!task) return;
      if (task.signal.aborted) continue;
      this.running++;
      void task.run().finally(() => {
        this.running--;
        this.next();
      });
    }
  }
}

/** The value of an answer once it is there; an error where there is none. */
export function whenReady<T>(read: () => Answer<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let done = false;
    let stop: (() => void) | null = null;
    stop = effect(() => {
      if (done) return;
      const answer = read();
      if (answer.state === "waiting") return;
      done = true;
      if (answer.state === "ready") resolve(answer.value);
      else reject(new Error(answer.reason));
      // The effect may run before it is named.
      queueMicrotask(() => stop?.());
    });
  });
}
