import { signal } from "@preact/signals";

/** A value under the cursor, in whatever picture it is. */
export interface Pointed {
  channel: number;
  row: number;
  column: number;
}

/** What is under the cursor; all pictures of the same layer mark it. */
export const pointed = signal<Pointed | null>(null);
