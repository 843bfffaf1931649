/** Lets few requests go at a time, the latest wish first. */

interface Waiting {
  run: () => Promise<void>;
  signal: AbortSignal;
}

/** Runs so many tasks at a time; what waits and is not wanted any more never starts. */
export class Queue {
  private readonly waiting: Waiting[] = [];
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
      const one = this.waiting.pop();
      if (!one) return;
      if (one.signal.aborted) continue;
      this.running++;
      void one.run().finally(() => {
        this.running--;
        this.next();
      });
    }
  }
}
