/** What goes into an activation function, what comes out, and which of it a view shows. */

import { type Maps, sameShape } from "../numbers/decode";
import { cutShares } from "../numbers/differences";
import { difference } from "../numbers/statistics";
import type { State } from "../state/state";
import type { Run, Tag } from "./api";
import { memoOn } from "./memo";
import { type Answer, andThen, failed, ready } from "./queries";
import { present, recordIn, type ShownRecord, shownRecord, withValues } from "./records";
import type { Scaling } from "./scaling";

/** The tag of the other half of a pair, where it was logged. */
export function partnerOf(run: Run, partner: string | null): Tag | null {
  return run.tags.find((tag) => partner !== null && tag.layer === partner) ?? null;
}

/** The values before the activation function less those after it, and the share it cut. */
export interface Removed {
  maps: Maps;
  before: ShownRecord;
  after: ShownRecord;
  /** Share of the values that were not zero and became zero, of all and of each channel. */
  share: number;
  shares: Float64Array;
}

const cutBetween = memoOn((before: Maps, after: Maps) => ({
  maps: difference(before, after),
  ...cutShares(before, after),
}));

/** What the activation function of a pair removed; null where there is no pair. */
function removedOf(record: ShownRecord): Answer<Removed | null> {
  const partner = partnerOf(record.run, record.header.layer.partner);
  if (!partner) return ready(null);
  const half = andThen(recordIn(record.run, partner, record.address.step), (atStep) =>
    withValues(atStep, record.input.name),
  );
  return andThen(half, (otherHalf) => {
    const isAfter = record.header.layer.kind === "activation";
    const [before, after] = isAfter ? [otherHalf, record] : [record, otherHalf];
    if (!sameShape(before.maps, after.maps)) {
      return failed("The two halves do not have the same shape.");
    }
    return ready({ ...cutBetween(before.maps, after.maps), before, after });
  });
}

/** What a view shows of a layer. */
export interface ChosenLayer {
  record: ShownRecord;
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
export function loggedOrRemoved(record: ShownRecord, chosen: State): Answer<ChosenLayer> {
  if (!showsRemoved(chosen)) return ready({ record, removed: null });
  return andThen(removedOf(record), (removed) =>
    ready({ record: removed ? { ...record, maps: removed.maps } : record, removed }),
  );
}

/** What is looked at, as it was chosen. */
export function chosenLayer(chosen: State): Answer<ChosenLayer> {
  return andThen(shownRecord(present(chosen.a)), (record) => loggedOrRemoved(record, chosen));
}

/** What a view shows of a layer, and the scale of just that. */
export type ScaledLayer = ChosenLayer & { scaling: Scaling };
