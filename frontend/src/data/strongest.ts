/** Which channel is looked at where none was chosen. */

import type { Maps } from "../numbers/decode";
import { statisticsOf } from "./ordering";

/** The channel with the largest value; of equal ones the first. */
export function strongestIn(maps: Maps): number {
  let [best, most] = [0, -Infinity];
  statisticsOf(maps).forEach(({ maximum }, channel) => {
    if (maximum !== null && maximum > most) [best, most] = [channel, maximum];
  });
  return best;
}

/** The channel that was chosen, where the layer has it, else the strongest. */
export function channelIn(maps: Maps, chosen: number | null): number {
  return chosen !== null && chosen < maps.channels ? chosen : strongestIn(maps);
}
