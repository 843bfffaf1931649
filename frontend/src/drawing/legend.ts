/** Values as text, and round ones for a legend. */

import type { Limits } from "../numbers/limits";

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
