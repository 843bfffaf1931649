/** What goes into an activation function, what comes out, and which of it a view shows. */

import type { Maps } from "../numbers/decode";
import { cutShares } from "../numbers/differences";
import { difference } from "../numbers/statistics";
import type { State } from "../state/state";
import type { Run, Tag } from "./api";
import { sameShape } from "./channels";
import { memoOn } from "./memo";
import { type Answer, andThen, failed, ready } from "./queries";
import { placeIn, present, type Shown, shown, shownOf } from "./records";
import { headerOf } from "./resources";

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

const cutBetween = memoOn((before: Maps, after: Maps) => ({
  maps: difference(before, after),
  ...cutShares(before, after),
}));

/** What the activation function of a pair removed; null where there is no pair. */
function removedOf(one: Shown): Answer<Removed | null> {
  const partner = partnerOf(one.run, one.header.layer.partner);
  if (!partner) return ready(null);
  const other = andThen(placeIn(one.run, partner, one.place.step), (place) =>
    andThen(headerOf(place), (header) =>
      shownOf({ run: one.run, tag: partner, place, header }, one.input.name),
    ),
  );
  return andThen(other, (found) => {
    const isAfter = one.header.layer.kind === "activation";
    const [before, after] = isAfter ? [found, one] : [one, found];
    if (!sameShape(before.maps, after.maps)) {
      return failed("The two halves do not have the same shape.");
    }
    return ready({ ...cutBetween(before.maps, after.maps), before, after });
  });
}

/** What a view shows of a layer. */
export interface Contents {
  one: Shown;
  /** What the activation function removed, where that is what is shown. */
  removed: Removed | null;
}

/** Whether the view can show what the activation function removed. */
export function canShowRemoved({ view }: State): boolean {
  return view === "grid" || view === "channel";
}

/** Whether what the activation function removed is shown. */
export function showsRemoved(chosen: State): boolean {
  return chosen.removed && canShowRemoved(chosen);
}

/** The values themselves, or what their activation function removed. */
export function asChosen(one: Shown, chosen: State): Answer<Contents> {
  if (!showsRemoved(chosen)) return ready({ one, removed: null });
  return andThen(removedOf(one), (removed) =>
    ready(removed ? { one: { ...one, maps: removed.maps }, removed } : { one, removed }),
  );
}

/** What is looked at, as it was chosen. */
export function chosenContents(chosen: State): Answer<Contents> {
  return andThen(shown(present(chosen.a)), (one) => asChosen(one, chosen));
}
