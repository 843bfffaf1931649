/** Which layers belong together by their names: `fire6` in `fire6-squeeze1x1`. */

/** How many layers a group has at least. */
const FEWEST = 4;

/** The groups that a layer is in, from the outermost, and its name in the last of them. */
export interface GroupedName {
  /** Names of groups; what joins them makes the beginning of the layer's path. */
  groups: string[];
  name: string;
}

/**
 * Find the groups of layers in the order of the model.
 *
 * The models that a layer lies in are groups, `backbone/conv1`. In each of them, layers one
 * after the other that begin alike up to a separator are one more, if there are at least
 * four and others beside them; where these are themselves made of such groups alone, those
 * stand instead: `block_1`, `block_2`. A group never leaves bare numbers as names.
 */
export function groupedNames(layers: readonly string[]): GroupedName[] {
  const models = layers.map((layer) => layer.split("/").slice(0, -1));
  const grouped: GroupedName[] = [];
  for (let first = 0; first < layers.length; ) {
    const model = models[first]!;
    let end = first + 1;
    while (end < layers.length && models[end]!.join("/") === model.join("/")) end++;
    const names = layers.slice(first, end).map((layer) => layer.split("/").at(-1)!);
    const lengths = beginnings(names, 0, false);
    names.forEach((name, i) => {
      const length = lengths[i]!;
      grouped.push({
        groups: length ? [...model, name.slice(0, length)] : model,
        name: name.slice(length && length + 1),
      });
    });
    first = end;
  }
  return grouped;
}

const SEPARATOR = /[-_.]/;

/** How much of each name is that of its group; 0 for none. */
function beginnings(names: readonly string[], start: number, inGroup: boolean): number[] {
  const ends = names.map((name) => {
    const at = name.slice(start).search(SEPARATOR);
    return at < 1 ? null : start + at;
  });
  const lengths = names.map(() => 0);
  for (let first = 0; first < names.length; ) {
    const length = ends[first]!;
    let end = first + 1;
    const beginning = length === null ? null : names[first]!.slice(0, length);
    while (
      end < names.length &&
      beginning !== null &&
      ends[end] === length &&
      names[end]!.startsWith(beginning)
    ) {
      end++;
    }
    if (length !== null && end - first >= FEWEST) {
      const members = names.slice(first, end);
      const isAll = members.length === names.length;
      const inner = beginnings(members, length + 1, true);
      const allInner = inner.every((one) => one > 0);
      const tells = members.some((name) => !/^\d*$/.test(name.slice(length + 1)));
      members.forEach((_, i) => {
        if (allInner || (isAll && !inGroup)) lengths[first + i] = inner[i]!;
        else if (tells && !isAll) lengths[first + i] = length;
      });
    }
    first = end;
  }
  return lengths;
}
