/** What a network takes an input for, as text. */

import { format, percent } from "./legend";

/** How far shares that were rounded may be from a whole together. */
const SLACK = 1e-3;

/** Scores of an input by class, the largest first; null for what is not finite. */
type Scores = readonly (readonly [number: number, score: number | null])[];

/** Whether the scores of all inputs are shares of a whole, as those of a softmax are. */
export function areShares(all: readonly Scores[]): boolean {
  return all.every((scores) => {
    const known = scores.flatMap(([, score]) => (score === null ? [] : [score]));
    const sum = known.reduce((total, score) => total + score, 0);
    return known.every((score) => score >= 0) && sum <= 1 + SLACK;
  });
}

/** The score of a class: in percent where scores are shares. */
export function scoreWords(score: number | null, shares: boolean): string {
  if (score === null) return "not finite";
  return shares ? percent(score) : format(score);
}

/** How a score changes, with its sign; of shares in points of a percent. */
export function changeWords(change: number, shares: boolean): string {
  const words = scoreWords(Math.abs(change), shares);
  if (change === 0) return words;
  // A sign and a bound beside each other cannot be read.
  if (/^[<>]/.test(words)) return `${words} ${change > 0 ? "up" : "down"}`;
  return `${change > 0 ? "+" : "−"}${words}`;
}
