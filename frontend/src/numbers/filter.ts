/** Layers by a regular expression. */

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
