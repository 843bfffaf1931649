/** Names that are too long for their room: cut where they are like their neighbours. */

/** A piece of a name; what is not kept gives way where there is no room. */
export interface NamePart {
  text: string;
  kept: boolean;
}

/** How many characters of what differs are kept, and how many at the end where that is longer. */
const [DIFFERENT, END] = [10, 8];
/** What may stand before the part that tells names apart. */
const SEPARATOR = /[-_./: ]/;

/**
 * Part each name of a list so that what tells it from the others is kept.
 *
 * That is what follows the longest beginning that it shares with another name, back to a
 * separator; of a long rest its beginning and its end. Where two would look alike, what
 * follows the beginning that these two share; where they still would, all of both.
 */
export function cutNames(names: readonly string[]): Map<string, NamePart[]> {
  const sorted = [...new Set(names)].sort();
  const cut = new Map(
    sorted.map((name, i) => {
      // In this order a name shares most with one beside it.
      const most = Math.max(shared(sorted[i - 1], name), shared(sorted[i + 1], name));
      return [name, partsOf(name, most)];
    }),
  );
  for (const alike of lookingAlike(cut)) {
    const most = shared(alike[0], alike.at(-1)!);
    for (const name of alike) cut.set(name, partsOf(name, most));
  }
  for (const alike of lookingAlike(cut)) {
    for (const name of alike) cut.set(name, [{ text: name, kept: true }]);
  }
  return cut;
}

function shared(one: string | undefined, other: string): number {
  let length = 0;
  while (one !== undefined && length < other.length && one[length] === other[length]) length++;
  return length;
}

function partsOf(name: string, most: number): NamePart[] {
  const latest = Math.min(most, Math.max(0, name.length - END));
  const start = afterSeparator(name, latest) ?? latest;
  const isShort = name.length - start <= DIFFERENT + END;
  const parts = isShort
    ? [
        { text: name.slice(0, start), kept: false },
        { text: name.slice(start), kept: true },
      ]
    : [
        { text: name.slice(0, start), kept: false },
        { text: name.slice(start, start + DIFFERENT), kept: true },
        { text: name.slice(start + DIFFERENT, -END), kept: false },
        { text: name.slice(-END), kept: true },
      ];
  return parts.filter(({ text }) => text);
}

/** The nearest place, at or a little before one, that a name is cut at well. */
function afterSeparator(name: string, place: number): number | null {
  for (let at = place; at > Math.max(0, place - DIFFERENT); at--) {
    if (SEPARATOR.test(name[at - 1]!)) return at;
  }
  return place < DIFFERENT ? 0 : null;
}

/** The names, in their order, of which the same is kept. */
function lookingAlike(cut: ReadonlyMap<string, readonly NamePart[]>): string[][] {
  const byLook = new Map<string, string[]>();
  for (const [name, parts] of cut) {
    const look = parts.map(({ text, kept }) => (kept ? text : "…")).join("");
    byLook.set(look, [...(byLook.get(look) ?? []), name]);
  }
  return [...byLook.values()].filter((alike) => alike.length > 1);
}
