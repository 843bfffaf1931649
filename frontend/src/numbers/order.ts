/** Which channels are shown, and in what order. */

/** What channels can be sorted by. */
export const SORT_KEYS = [
  "channel",
  "max",
  "mean",
  "l2",
  "deviation",
  "zeros",
  "change",
  "difference",
  "box",
] as const;

/** One thing that channels can be sorted by. */
export type SortKey = (typeof SORT_KEYS)[number];

/** What decides on the channels that are shown. */
export interface OrderChoice {
  descending: boolean;
  /** Channels that are not shown unless they are pinned. */
  hidden: ReadonlySet<number>;
  /** Channels that were searched for: no others are shown; null for all. */
  only: readonly number[] | null;
  /** Channels that come first, in this order. */
  pinned: readonly number[];
}

/**
 * The numbers of the channels to show, in order.
 *
 * Equal scores keep the order of their numbers, and NaN comes last, in either direction.
 * Without scores the order is that of the numbers, always ascending.
 */
export function order(
  count: number,
  scores: Float64Array | null,
  choice: OrderChoice,
): number[] {
  if (scores && scores.length !== count) {
    throw new RangeError(`Received ${scores.length} scores for ${count} channels.`);
  }
  const wanted = choice.only && new Set(choice.only);
  const exists = (channel: number) =>
    Number.isInteger(channel) &&
    channel >= 0 &&
    channel < count &&
    (!wanted || wanted.has(channel));
  const pinned = new Set(choice.pinned.filter(exists));
  const others: number[] = [];
  for (let channel = 0; channel < count; channel++) {
    if (!exists(channel) || pinned.has(channel) || choice.hidden.has(channel)) continue;
    others.push(channel);
  }
  if (scores) others.sort((a, b) => compare(scores[a]!, scores[b]!, choice.descending));
  return [...pinned, ...others];
}

function compare(a: number, b: number, descending: boolean): number {
  const missing = Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (missing !== 0 || Number.isNaN(a)) return missing;
  // Compared, not subtracted: two equal infinities would give NaN.
  const ascending = a < b ? -1 : a > b ? 1 : 0;
  return descending ? -ascending : ascending;
}

/** What a search names. */
export interface Search {
  /** Each once, in the order they were named. */
  channels: number[];
  /** Words that are not channels, and channels beyond the last one. */
  unknown: string[];
}

/** Read a search such as `13,46, 50-53` in a layer of `count` channels. */
export function parseSearch(text: string, count: number): Search {
  const channels = new Set<number>();
  const unknown: string[] = [];
  const words = text.replace(/\s*[-–]\s*/g, "-").split(/[\s,;]+/);
  for (const word of words.filter(Boolean)) {
    const numbers = /^(\d+)(?:-(\d+))?$/.exec(word);
    if (!numbers) {
      unknown.push(word);
      continue;
    }
    const ends = [Number(numbers[1]), Number(numbers[2] ?? numbers[1])];
    const first = Math.min(...ends);
    const last = Math.max(...ends);
    for (let channel = first; channel <= last && channel < count; channel++) {
      channels.add(channel);
    }
    if (first >= count) unknown.push(word);
    else if (last >= count) unknown.push(last === count ? `${count}` : `${count}-${last}`);
  }
  return { channels: [...channels], unknown };
}
