/** Which layer of a run is shown where none was chosen, and whether a layer shows anything. */

import type { Header, Run, Tag } from "./api";
import { type Answer, ready, WAITING } from "./queries";
import { layersOf } from "./runs";

/** How many layers are looked at to find one to begin with. */
const CANDIDATES = 16;

/**
 * The layer that each run began with: the one nearest to the middle that shows something at
 * once, is alive, and is not what goes into an activation function that was logged, too.
 *
 * Headers are asked for one after the other, so that the first picture waits for few.
 * What was found once stays, whatever comes later, so that the view does not change by itself.
 */
export class Openings {
  private readonly kept = new Map<string, string>();

  constructor(private readonly headerOf: (run: string, tag: Tag) => Answer<Header>) {}

  /** The layer to begin with; null where the run has none. */
  of(run: Run): Answer<Tag> | null {
    const layers = layersOf(run);
    const readable = layers.filter((tag) => tag.unreadable === null);
    const known = readable.find((tag) => tag.tag === this.kept.get(run.run));
    if (known) return ready(known);
    const candidates = fromTheMiddle(readable);
    let living: Tag | null = null;
    let clear: Tag | null = null;
    for (const tag of candidates.slice(0, CANDIDATES)) {
      const header = this.headerOf(run.run, tag);
      if (header.state === "waiting") return WAITING;
      if (header.state === "failed" || !showsAtOnce(header.value)) continue;
      clear ??= tag;
      if (!isLiving(header.value, 0)) continue;
      if (!goesInto(header.value, readable)) return this.keep(run, tag);
      living ??= tag;
    }
    const best = living ?? clear;
    if (best) return this.keep(run, best);
    const first = candidates[0] ?? layers[0];
    return first ? ready(first) : null;
  }

  private keep(run: Run, tag: Tag): Answer<Tag> {
    this.kept.set(run.run, tag.tag);
    return ready(tag);
  }
}

/** Layers from the middle of the model outwards, later ones first. */
export function fromTheMiddle(layers: readonly Tag[]): Tag[] {
  const middle = Math.floor(layers.length / 2);
  return layers
    .map((tag, i) => ({ tag, far: Math.abs(i - middle), late: i > middle }))
    .sort((a, b) => a.far - b.far || Number(b.late) - Number(a.late))
    .map(({ tag }) => tag);
}

/** Whether a layer shows something at once: maps of several rows after a convolution. */
function showsAtOnce(header: Header): boolean {
  const shape = header.inputs[0]?.packed.shape ?? [1, 1, 1];
  return (
    /conv|relu|activation/i.test(header.layer.class_name) && Math.min(shape[0], shape[1]) > 1
  );
}

/** Whether a layer is what goes into an activation function that was logged, too, or may be. */
function goesInto({ layer }: Header, logged: readonly Tag[]): boolean {
  if (layer.kind !== "pre-activation") return false;
  // What goes there through normalisation has no partner.
  return layer.partner === null || logged.some((tag) => tag.layer === layer.partner);
}

/** What all channels of an input are, where none shows anything. */
export type Lifelessness = "silent" | "not finite" | "silent or not finite";

/** What keeps all channels of an input from showing anything; null where some do. */
export function lifelessness(header: Header, input: number): Lifelessness | null {
  const inputHeader = header.inputs[input];
  if (!inputHeader) return null;
  const [height, width, channels] = inputHeader.packed.shape;
  const dead = new Set(header.dead);
  const odd = (channel: number) =>
    (inputHeader.nan_count[channel] ?? 0) + (inputHeader.inf_count[channel] ?? 0) >=
    height * width;
  let [silent, broken] = [0, 0];
  for (let channel = 0; channel < channels; channel++) {
    if (dead.has(channel)) silent++;
    else if (odd(channel)) broken++;
    else return null;
  }
  if (!broken) return "silent";
  return silent ? "silent or not finite" : "not finite";
}

/** Whether any channel of an input shows something. */
export function isLiving(header: Header, input: number): boolean {
  return lifelessness(header, input) === null;
}
