/** Layers -> rows of a tree by their groups; layers by a regular expression. */

import { groupedNames } from "./layer_groups";

/** What there is of a layer, and of the activation that it becomes. */
interface Listed {
  layer: string;
  activation?: string | null | undefined;
}

/** A row: a group, or a layer. */
export type TreeRow<T> =
  | { kind: "group"; path: string; name: string; depth: number; open: boolean; count: number }
  | ({ kind: "layer"; name: string; depth: number } & LayerEntry<T>);

/** A layer, or the two halves of a pair as one. */
export interface LayerEntry<T> {
  /** The layer; of a pair the activation, which is what it opens. */
  item: T;
  /** The pre-activation of a pair; null for a layer without. */
  before: T | null;
}

/** Makes one of the two halves of each pair, at the place of the first. */
export function layerEntries<T extends Listed>(items: readonly T[]): LayerEntry<T>[] {
  const byLayer = new Map(items.map((item) => [item.layer, item]));
  const halves = new Map<T, LayerEntry<T>>();
  for (const before of items) {
    const item = before.activation ? byLayer.get(before.activation) : undefined;
    if (!item || item === before || halves.has(item) || halves.has(before)) continue;
    const entry = { item, before };
    halves.set(item, entry).set(before, entry);
  }
  return [...new Set(items.map((item) => halves.get(item) ?? { item, before: null }))];
}

const PRE = /:pre$/;

/** A pair has the name of the layer that has weights, as the others of its block do. */
function nameOf<T extends Listed>({ item, before }: LayerEntry<T>): string {
  return (before ?? item).layer.replace(before ? PRE : "", "");
}

/** Make rows of layers in their order, each in its groups; a pair has one row. */
export function treeRows<T extends Listed>(
  items: readonly T[],
  closed: ReadonlySet<string>,
): TreeRow<T>[] {
  const entries = layerEntries(items);
  const named = groupedNames(entries.map(nameOf));
  const counts = new Map<string, number>();
  for (const { groups } of named) {
    for (let depth = 1; depth <= groups.length; depth++) {
      const path = groups.slice(0, depth).join("/");
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
  }
  const tree: TreeRow<T>[] = [];
  let last: readonly string[] = [];
  named.forEach(({ groups, name }, i) => {
    const differs = groups.findIndex((group, depth) => group !== last[depth]);
    const same = differs < 0 ? Math.min(groups.length, last.length) : differs;
    const pathTo = (depth: number) => groups.slice(0, depth + 1).join("/");
    const isHidden = (depth: number) =>
      groups.slice(0, depth).some((_, above) => closed.has(pathTo(above)));
    for (let depth = same; depth < groups.length && !isHidden(depth); depth++) {
      const path = pathTo(depth);
      const open = !closed.has(path);
      const count = counts.get(path) ?? 0;
      tree.push({ kind: "group", path, name: groups[depth] ?? "", depth, open, count });
    }
    last = groups;
    if (isHidden(groups.length)) return;
    tree.push({ kind: "layer", name, depth: groups.length, ...entries[i]! });
  });
  return tree;
}

/** What matches, and why the expression cannot be read, if so. */
export interface Matching<T> {
  tags: T[];
  reason: string | null;
}

/** Keep the layers whose path matches; all, where the expression cannot be read. */
export function matching<T extends { layer: string }>(
  tags: readonly T[],
  expression: string,
): Matching<T> {
  const { matches, reason } = matcher(expression);
  return { tags: tags.filter((tag) => matches(tag.layer)), reason };
}

/** Whether names match in any case; all do, where the expression cannot be read. */
export function matcher(expression: string): {
  matches: (name: string) => boolean;
  reason: string | null;
} {
  try {
    const pattern = new RegExp(expression, "i");
    return { matches: (name) => pattern.test(name), reason: null };
  } catch (error) {
    return { matches: () => true, reason: (error as Error).message };
  }
}
