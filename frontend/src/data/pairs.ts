/** What goes into an activation function, and what comes out. */

import { cutShares } from "../numbers/comparing";
import type { Maps } from "../numbers/decode";
import { difference } from "../numbers/statistics";
import type { Answer } from "./answers";
import type { Run, Tag } from "./api";
import { sameShape } from "./ordering";
import { headerOf } from "./resources";
import { andThen, placeIn, type Shown, shownOf } from "./shown";

/** The tag of the other half of a pair, where it was logged. */
export function partnerOf(run: Run, partner: string | null): Tag | null {
  return run.tags.find((tag) => partner !== null && tag.layer === partner) ?? null;
}

/** The values before the activation function less those after it, and the share it cut. */
export interface Removed {
  maps: Maps;
  before: Shown;
  after: Shown;
  /** Share of the values that were not zero and became zero, of all and of each channel. */
  share: number;
  shares: Float64Array;
}

const computed = new WeakMap<Maps, { other: Maps; removed: Removed }>();

/** What the activation function of a pair removed; null where there is no pair. */
export function removedOf(one: Shown): Answer<Removed | null> {
  const partner = partnerOf(one.run, one.header.layer.partner);
  if (!partner) return { state: "ready", value: null };
  return andThen(placeIn(one.run, partner, one.place.step), (place) =>
    andThen(headerOf(place), (header) =>
      andThen<Shown, Removed | null>(
        shownOf({ run: one.run, tag: partner, place, header }, one.input.name),
        (other) => {
          const isAfter = one.header.layer.kind === "activation";
          const [before, after] = isAfter ? [other, one] : [one, other];
          const known = computed.get(before.maps);
          if (known?.other === after.maps) return { state: "ready", value: known.removed };
          if (!sameShape(before.maps, after.maps)) {
            return { state: "failed", reason: "The two halves do not have the same shape." };
          }
          const removed = {
            maps: difference(before.maps, after.maps),
            ...cutShares(before.maps, after.maps),
            before,
            after,
          };
          computed.set(before.maps, { other: after.maps, removed });
          return { state: "ready", value: removed };
        },
      ),
    ),
  );
}
