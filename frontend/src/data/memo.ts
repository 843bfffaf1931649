/** Values that are computed once for each object, and forgotten with it. */

/**
 * Remembers what was computed last for each owner.
 *
 * It is computed anew where `keyOf` gives another key; that is the second argument itself
 * unless said otherwise.
 */
export function memoOn<Owner extends object, Rest extends readonly [unknown?], Value>(
  compute: (owner: Owner, ...rest: Rest) => Value,
  keyOf: (owner: Owner, ...rest: Rest) => unknown = (_, ...[second]) => second,
): (owner: Owner, ...rest: Rest) => Value {
  const known = new WeakMap<Owner, { key: unknown; value: Value }>();
  return (owner, ...rest) => {
    const key = keyOf(owner, ...rest);
    const before = known.get(owner);
    if (before && before.key === key) return before.value;
    const value = compute(owner, ...rest);
    known.set(owner, { key, value });
    return value;
  };
}
