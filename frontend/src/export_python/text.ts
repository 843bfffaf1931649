/** What Python is written with. */

import type { Limits } from "../numbers/limits";

/** No line is longer, as far as names allow. */
const WIDTH = 88;

/** A string as Python writes it: JSON's escapes are Python's, except for surrogates. */
export function quoted(value: string): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => {
    const code = c.charCodeAt(0);
    return code >= 0xd800 && code < 0xe000 ? c : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Words as comments; what would end a line or change its direction becomes a `?`. */
export function comment(words: string): string {
  const lines: string[] = [];
  for (const word of words.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?").split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length && longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(`# ${word}`);
  }
  return lines.join("\n");
}

/** A call: on one line, else its arguments on the next, else in lines of their own. */
export function call(name: string, given: readonly string[], indent = "", used = 0): string {
  const inner = `${indent}    ${given.join(", ")}`;
  const fits = inner.length <= WIDTH && !inner.includes("\n");
  const lines = fits ? [given.join(", ")] : given.map((one) => `${one},`);
  return enclosed(`${name}(`, given, ")", lines, indent, used);
}

/** A list: on one line, else as many entries on each of several as there is room for. */
export function list(items: readonly string[], indent = "", used = 0): string {
  const lines: string[] = [];
  for (const item of items) {
    const longer = `${lines.at(-1)} ${item},`;
    const fits = indent.length + 4 + longer.length <= WIDTH;
    if (lines.length && fits) lines[lines.length - 1] = longer;
    else lines.push(`${item},`);
  }
  return enclosed("[", items, "]", lines, indent, used);
}

/** Whole numbers: a range where they are evenly spaced. */
export function integers(numbers: readonly number[], indent = "", used = 0): string {
  const [first = 0, second = 0] = numbers;
  const step = second - first;
  const even = numbers.every((one, i) => one === first + i * step);
  if (!even || numbers.length < 3 || step === 0) {
    return list(numbers.map(String), indent, used);
  }
  const end = first + numbers.length * step;
  if (step !== 1) return `range(${first}, ${end}, ${step})`;
  return first ? `range(${first}, ${end})` : `range(${end})`;
}

/** The two ends of a scale. */
export function pair({ low, high }: Limits): string {
  return `(${low}, ${high})`;
}

/** `used` is how much of the line stands before and behind it. */
function enclosed(
  open: string,
  items: readonly string[],
  close: string,
  lines: readonly string[],
  indent: string,
  used: number,
): string {
  const whole = `${open}${items.join(", ")}${close}`;
  if (indent.length + used + whole.length <= WIDTH && !whole.includes("\n")) return whole;
  return [open, ...lines.map((line) => `${indent}    ${line}`), `${indent}${close}`].join("\n");
}
