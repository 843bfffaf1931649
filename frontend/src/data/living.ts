/** Whether a record shows anything at all, as its header tells. */

import type { Header } from "./api";

/** What all channels of an input are, where none shows anything. */
export type Lifeless = "dead" | "not finite" | "dead or not finite";

/** What keeps all channels of an input from showing anything; null where some do. */
export function lifelessness(header: Header, input: number): Lifeless | null {
  const one = header.inputs[input];
  if (!one) return null;
  const [height, width, channels] = one.packed.shape;
  const dead = new Set(header.dead);
  const odd = (channel: number) =>
    (one.nan_count[channel] ?? 0) + (one.inf_count[channel] ?? 0) >= height * width;
  let [died, broken] = [0, 0];
  for (let channel = 0; channel < channels; channel++) {
    if (dead.has(channel)) died++;
    else if (odd(channel)) broken++;
    else return null;
  }
  if (!broken) return "dead";
  return died ? "dead or not finite" : "not finite";
}

/** Whether any channel of an input shows something. */
export function isLiving(header: Header, input: number): boolean {
  return lifelessness(header, input) === null;
}
