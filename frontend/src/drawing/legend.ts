/** Values as text, and round ones for a legend. */

import { type Limits, symmetric } from "../numbers/limits";
import { MARKS, type Mark, type MarkCounts, position, type Scale } from "../numbers/scale";

const DIGITS = 4;
/** How far a rounded end of a scale may be from a tick that it stands for. */
const SLACK = 1e-9;

/** Up to about `count` round values (1, 2 or 5 times a power of ten) within limits. */
export function ticks({ low, high }: Limits, count: number): number[] {
  if (!(high > low)) return [low];
  const [mantissa, exponent] = roundStep((high - low) / Math.max(1, count - 1));
  const value = (i: number) =>
    // Divided, not multiplied by a negative power: 3 / 10 is 0.3, but 3 * 0.1 is not.
    exponent < 0 ? (i * mantissa) / 10 ** -exponent : i * mantissa * 10 ** exponent;
  const first = Math.ceil(low / value(1) - SLACK);
  const last = Math.floor(high / value(1) + SLACK);
  // Added to zero, so that there is no negative zero.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => value(first + i) + 0);
}

/** Round values for a legend: at least three, if limits have any width, and not many. */
export function legendTicks(limits: Limits): number[] {
  const few = ticks(limits, 5);
  return few.length < 3 ? ticks(limits, 10) : few;
}

/** A value beside the colours of a legend. */
export interface Tick {
  value: number;
  text: string;
  /** Where it is along the colours, 0 to 1. */
  share: number;
}

/** Width of a character and least room between two values, in CSS pixels. */
const [CHARACTER, APART] = [6.5, 10];

/**
 * The values to write along `width` CSS pixels of colours: those at both ends, and
 * between them evenly spaced round ones, as many as there is room for.
 *
 * `place` gives the share of the colours at which a value is. The texts at the ends begin
 * and end with the colours, the others have their middle at their value.
 */
export function placedTicks(
  ends: Limits,
  place: (value: number) => number,
  width: number,
): Tick[] {
  const tick = (value: number) => ({ value, text: format(value), share: place(value) });
  const [first, last] = [tick(ends.low), tick(ends.high)];
  if (first.text === last.text) return [first];
  const long = ({ text }: Tick) => text.length * CHARACTER;
  const start = (one: Tick) => one.share * width - long(one) / 2;
  // The same at both ends, or else there would be values on one side of zero alone.
  const edge = Math.max(long(first), long(last)) + APART;
  const inside = (one: Tick) => start(one) >= edge && start(one) + long(one) <= width - edge;
  const apart = (all: readonly Tick[]) =>
    all.every((one, i) => !i || start(one) - start(all[i - 1]!) >= long(all[i - 1]!) + APART);
  const sets = [legendTicks(ends), ...[7, 5, 4, 3, 2].map((count) => ticks(ends, count)), [0]];
  const free = sets.map((values) => values.map(tick).filter(inside));
  return [first, ...(free.find((all) => all.length && apart(all)) ?? []), last];
}

/** The values at both ends of the colours; of a signed scale as far below zero as above. */
export function rampEnds({ limits, signed }: Pick<Scale, "limits" | "signed">): Limits {
  return signed ? symmetric(limits) : limits;
}

/** The values at both ends of the colours, in words. */
export function endWords(scale: Pick<Scale, "limits" | "signed">): string {
  const { low, high } = rampEnds(scale);
  return scale.signed ? `±${format(high)}` : `${format(low)} to ${format(high)}`;
}

/** What stands along the colours of a scale; of several that are drawn with them, words. */
export function rampTicks(scale: Scale, shared: boolean, width: number): Omit<Tick, "value">[] {
  if (shared) {
    const limits = rampEnds(scale);
    return placedTicks(limits, (value) => position(value, { ...scale, limits }), width);
  }
  if (!scale.signed) {
    return [
      { text: "smallest", share: 0 },
      { text: "largest", share: 1 },
    ];
  }
  return [
    { text: "−largest", share: 0 },
    { text: "0", share: 0.5 },
    { text: "largest", share: 1 },
  ];
}

/**
 * What the ends of a scale are, in words.
 *
 * Where zero is in the middle of the colours, one of their ends may be none of the scale's.
 */
export function scaleWords(
  { shared, words }: { shared: boolean; words: string },
  { limits, signed, log = false }: Pick<Scale, "limits" | "signed" | "log">,
): string {
  const bent = log ? "; logarithmic" : "";
  if (!signed || limits.low === -limits.high) return `${words}${bent}`;
  const ends = shared ? `${format(limits.low)} to ${format(limits.high)}: ` : "";
  return `${ends}${words}; zero in the middle${bent}`;
}

/** What a scale does not tell apart, in words. */
const MARK_NAMES: readonly (readonly [Mark, string])[] = [
  [MARKS.below, "below the scale"],
  [MARKS.above, "above the scale"],
  [MARKS.nan, "NaN"],
  [MARKS.plus, "∞"],
  [MARKS.minus, "−∞"],
];

/** The marks that are present, and how many values have each; beyond the scale which share. */
export function markWords(counts: MarkCounts): { mark: Mark; words: string }[] {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return MARK_NAMES.filter(([mark]) => counts[mark] > 0).map(([mark, name]) => {
    const words = `${counts[mark].toLocaleString("en")} ${name}`;
    const beyond = mark === MARKS.below || mark === MARKS.above;
    return { mark, words: beyond ? `${words} (${percent(counts[mark] / all)})` : words };
  });
}

/** The least round number that is not below a step, as mantissa and exponent. */
function roundStep(step: number): [number, number] {
  const exponent = Math.floor(Math.log10(step));
  const mantissa = step / 10 ** exponent;
  const round = [1, 2, 5].find((one) => mantissa <= one * (1 + SLACK));
  return round ? [round, exponent] : [1, exponent + 1];
}

/**
 * A value in four significant digits, without zeros at the end.
 *
 * From 1e5 on and below 1e-3 with an exponent; what is before the point is always whole.
 */
export function format(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  const magnitude = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (magnitude === Infinity) return `${sign}∞`;
  if (magnitude === 0) return "0";
  const whole = Math.floor(Math.log10(magnitude)) + 1;
  const rounded = Number(magnitude.toPrecision(Math.max(DIGITS, Math.min(whole, 5))));
  if (rounded >= 1e-3 && rounded < 1e5) return `${sign}${rounded}`;
  const [digits, exponent] = magnitude.toExponential(DIGITS - 1).split("e");
  return `${sign}${Number(digits)}e${Number(exponent)}`.replace("e-", "e−");
}

/** A share from 0 to 1 in percent; what is not all or nothing never looks so. */
export function percent(share: number): string {
  if (Number.isNaN(share)) return "NaN";
  if (share > 0 && share < 0.001) return "<0.1%";
  if (share < 1 && share > 0.999) return ">99.9%";
  return `${Number((share * 100).toFixed(1))}%`;
}

/** All inputs of a record, in words. */
export function inputWords(count: number): string {
  return count === 1 ? "this input" : `these ${count} inputs`;
}

/** Words where a line begins with them. */
export function asSentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** That all of the logged inputs are meant, in words. */
export function allInputs(count: number): string {
  return count === 2 ? "both inputs" : `all ${count} inputs`;
}

/** A number of things, in words. */
export function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** For how many inputs something is known. */
export function forThese(inputs: number): string {
  return inputs === 1 ? "for this input" : `for these ${inputs} inputs`;
}
