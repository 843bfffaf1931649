/** Layers -> rows of a tree by their paths; layers by a regular expression. */

/** A row: a group, or a layer. */
export type TreeRow<T> =
  | { kind: "group"; path: string; name: string; depth: number; open: boolean; count: number }
  | { kind: "layer"; name: string; depth: number; item: T };

/** Make rows of layers in their order; a layer's groups are the parts of its path. */
export function treeRows<T extends { layer: string }>(
  items: readonly T[],
  closed: ReadonlySet<string>,
): TreeRow<T>[] {
  const tree: TreeRow<T>[] = [];
  let groups: string[] = [];
  let hidden: string | null = null;
  for (const item of items) {
    const parts = item.layer.split("/");
    const name = parts.pop() ?? "";
    const common = parts.findIndex((part, i) => part !== groups[i]);
    const same = common < 0 ? Math.min(parts.length, groups.length) : common;
    for (let depth = same; depth < parts.length; depth++) {
      const path = parts.slice(0, depth + 1).join("/");
      if (hidden !== null && path.startsWith(`${hidden}/`)) continue;
      const open = !closed.has(path);
      const count = items.filter((other) => other.layer.startsWith(`${path}/`)).length;
      tree.push({ kind: "group", path, name: parts[depth] ?? "", depth, open, count });
      hidden = open ? null : path;
    }
    groups = parts;
    if (hidden !== null && !item.layer.startsWith(`${hidden}/`)) hidden = null;
    if (hidden === null) tree.push({ kind: "layer", name, depth: parts.length, item });
  }
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
  let pattern: RegExp;
  try {
    pattern = new RegExp(expression, "i");
  } catch (error) {
    return { tags: [...tags], reason: (error as Error).message };
  }
  return { tags: tags.filter((tag) => pattern.test(tag.layer)), reason: null };
}
