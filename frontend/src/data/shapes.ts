/** Checks whether an answer of the back end has the shape that its type says. */

/** Reports what is wrong with a value, behind the path to it; null where nothing is. */
export interface Shape<T> {
  (value: unknown): string | null;
  /** Never there: it keeps the type of what is checked. */
  readonly type?: (value: T) => T;
}

/** What has a shape. */
export type Typed<S> = S extends Shape<infer T> ? T : never;

/** Returns an answer as what it was checked to be; else an error that says what is wrong. */
export function checked<T>(name: string, value: unknown, shape: Shape<T>): T {
  const wrong = shape(value);
  if (wrong === null) return value as T;
  throw new Error(
    `TensorBoard's answer to “${name}” is not as expected: “${name}${wrong}. ` +
      "Is TensorBoard of another version than this page? Start it anew, and load the page anew.",
  );
}

function simple<T>(is: (value: unknown) => boolean, what: string): Shape<T> {
  return (value) => (is(value) ? null : `” is not ${what}`);
}

export const text = simple<string>((value) => typeof value === "string", "a text");
export const number = simple<number>(Number.isFinite, "a number");

export function oneOf<T extends string>(...names: readonly T[]): Shape<T> {
  return simple((value) => names.includes(value as T), `one of ${names.join(", ")}`);
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : shape(value));
}

/** For what may be missing. */
export function maybe<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined ? null : shape(value));
}

export function list<T>(shape: Shape<T>): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return "” is not a list";
    for (let i = 0; i < value.length; i++) {
      const wrong = shape(value[i]);
      if (wrong !== null) return `[${i}]${wrong}`;
    }
    return null;
  };
}

/** A list with a shape for each entry. */
export function tuple<T extends readonly unknown[]>(
  ...shapes: { [entry in keyof T]: Shape<T[entry]> }
): Shape<T> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== shapes.length) {
      return `” is not a list of ${shapes.length}`;
    }
    return first(shapes, (shape, i) => [`[${i}]`, shape(value[i])]);
  };
}

/** Keys that may be undefined may be missing, too. */
type WithMissing<T> = { [key in keyof T as undefined extends T[key] ? never : key]: T[key] } & {
  [key in keyof T as undefined extends T[key] ? key : never]?: T[key];
};

/** An object that has these keys, whatever else it has. */
export function object<T>(shapes: { [key in keyof T]: Shape<T[key]> }): Shape<WithMissing<T>> {
  const entries = Object.entries(shapes) as [string, Shape<unknown>][];
  return (value) =>
    isObject(value)
      ? first(entries, ([key, shape]) => [`.${key}`, shape(value[key])])
      : "” is not an object";
}

/** An object whose values all have one shape, whatever its keys are. */
export function table<T>(shape: Shape<T>): Shape<{ [key: string]: T }> {
  return (value) =>
    isObject(value)
      ? first(Object.entries(value), ([key, entry]) => [`.${key}`, shape(entry)])
      : "” is not an object";
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first thing that is wrong, behind the path to it. */
function first<T>(
  items: readonly T[],
  look: (item: T, index: number) => [path: string, wrong: string | null],
): string | null {
  for (let i = 0; i < items.length; i++) {
    const [path, wrong] = look(items[i]!, i);
    if (wrong !== null) return path + wrong;
  }
  return null;
}
