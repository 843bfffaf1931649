/** Which layer of a run is shown where none was chosen. */

import type { Answer } from "./answers";
import type { Header, Run, Tag } from "./api";
import { fromTheMiddle, isTelling, layersOf } from "./catalog";
import { isLiving } from "./living";

/** How many layers are looked at to find one to begin with. */
const CANDIDATES = 16;

const WAITING = { state: "waiting" } as const;

/**
 * The layer that each run began with: the telling one nearest to the middle that is alive.
 *
 * Headers are asked for one after the other, so that the first picture waits for one alone.
 * What was found once stays, whatever comes later: nobody is taken away from what they see.
 */
export class Openings {
  private readonly found = new Map<string, string>();

  constructor(private readonly headerOf: (run: string, tag: Tag) => Answer<Header>) {}

  /** The layer to begin with; null where the run has none. */
  of(run: Run): Answer<Tag> | null {
    const layers = layersOf(run);
    const readable = layers.filter((tag) => tag.unreadable === null);
    const known = readable.find((tag) => tag.tag === this.found.get(run.run));
    if (known) return { state: "ready", value: known };
    const candidates = fromTheMiddle(readable);
    let telling: Tag | null = null;
    for (const tag of candidates.slice(0, CANDIDATES)) {
      const header = this.headerOf(run.run, tag);
      if (header.state === "waiting") return WAITING;
      if (header.state === "failed" || !isTelling(header.value)) continue;
      if (isLiving(header.value, 0)) return this.keep(run, tag);
      telling ??= tag;
    }
    if (telling) return this.keep(run, telling);
    const first = candidates[0] ?? layers[0];
    return first ? { state: "ready", value: first } : null;
  }

  private keep(run: Run, tag: Tag): Answer<Tag> {
    this.found.set(run.run, tag.tag);
    return { state: "ready", value: tag };
  }
}
