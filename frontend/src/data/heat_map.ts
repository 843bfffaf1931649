/** What is in the heat map of channels and steps. */

import { type Limits, SHARE_LIMITS } from "../numbers/limits";
import type { Statistic } from "../numbers/matrix";
import type { SortKey } from "../numbers/order";
import { pinnedIn } from "../state/pins";
import type { State } from "../state/state";
import type { ChannelNumbers, Curve } from "./api";
import { type Ordering, orderingOf } from "./channels";
import type { ShownRecord } from "./records";

/** The channels, from the top. */
function rowsOf({ maps }: ShownRecord, ordering: Ordering, chosen: State): number[] {
  if (chosen.training.rows === "order") return ordering.channels;
  return Array.from({ length: maps.channels }, (_, i) => i);
}

/** Channels in an order, and the step at which they were put into it. */
export interface OrderedRows {
  channels: readonly number[];
  step: number;
  /** What the order follows from, but for the step; null where it is not known yet. */
  cause: string | null;
}

/**
 * The rows, in the order they had as long as only the step is another: else what was
 * clicked would move away.
 */
export function keptRows(
  before: OrderedRows | null,
  record: ShownRecord,
  ordering: Ordering,
  chosen: State,
): OrderedRows {
  const known = chosen.sort.by === "channel" || ordering.scores !== null;
  const cause = known ? causeOf(record, chosen) : null;
  if (before && cause !== null && before.cause === cause) return before;
  return { channels: rowsOf(record, ordering, chosen), step: record.address.step, cause };
}

/** Whether another step may have another order. */
export function variesByStep({ sort, training }: State): boolean {
  return training.rows === "order" && sort.by !== "channel";
}

/** The order of the rows; what is silent at this step may have a row full of numbers. */
export function rowOrdering(record: ShownRecord, chosen: State): Ordering {
  return orderingOf(record, chosen, { silent: [] });
}

function causeOf({ run, tag, input, maps, header }: ShownRecord, chosen: State): string {
  const { sort, search, pins, training } = chosen;
  const follows: { [key in SortKey]?: unknown } = {
    difference: [chosen.b, chosen.align],
    box: chosen.box,
  };
  const pinned = pinnedIn(pins, header.layer);
  return JSON.stringify([
    [run.run, tag.tag, input.name, maps.channels],
    [sort, search, pinned, training.rows],
    follows[sort.by] ?? null,
  ]);
}

/** Numbers of each channel at each step; null where the record states none of the input. */
export function numbersOf(
  curve: Curve,
  statistic: Statistic,
  input: string,
): (ChannelNumbers | null)[] {
  // A record may hold another input under that number.
  return curve.statistics[statistic].map((list, i) => (curve.names[i] === input ? list : null));
}

/** What a statistic cannot exceed, if there is such a thing. */
export function naturalLimits(statistic: Statistic): Limits | null {
  return statistic === "zero_share" ? SHARE_LIMITS : null;
}
