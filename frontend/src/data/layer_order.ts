/** The channels of what a view shows of a layer, in order. */

import type { State } from "../state/state";
import { type Ordering, orderingOf } from "./channels";
import type { ChosenLayer } from "./pairs";

/** Channels of it that show nothing; what was removed of one may be all there was of it. */
function silentOf({ record, removed }: ChosenLayer): readonly number[] {
  return (removed?.before ?? record).header.dead;
}

/** Its channels, ordered as they were chosen. */
export function orderingOfLayer(layer: ChosenLayer, chosen: State): Ordering {
  const removed = layer.removed !== null;
  return orderingOf(layer.record, chosen, { silent: silentOf(layer), removed });
}
