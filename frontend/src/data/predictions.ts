/** What inputs beside each other are taken for, class by class. */

import type { InputHeader } from "./api";

type Predicted = Pick<InputHeader, "predictions" | "predicted">;

/** A class, with what each input scores for it. */
export interface PredictedClass {
  number: number;
  name: string;
  /** By input; null where it was not finite, undefined where it was not logged. */
  scores: (number | null | undefined)[];
  /** From A to B; null where one of the two is not known. */
  change: number | null;
}

/** The classes that A or B scores most for, those with the largest score first. */
export function classesOf(
  inputs: readonly Predicted[],
  [a, b]: readonly [number, number],
  most: number,
): PredictedClass[] {
  const [one, other] = [inputs[a], inputs[b]];
  const best = new Map<number, number>();
  for (const { predictions } of [one, other].filter((input) => input !== undefined)) {
    for (const [number, score] of predictions) {
      best.set(number, Math.max(best.get(number) ?? -Infinity, score ?? -Infinity));
    }
  }
  const numbers = [...best].sort(([, first], [, second]) => compare(second, first));
  return numbers.slice(0, most).map(([number]) => {
    const scores = inputs.map((input) => scoreOf(input, number));
    const [from, to] = [scores[a] ?? null, scores[b] ?? null];
    return {
      number,
      name: inputs.map((input) => nameOf(input, number)).find(Boolean) ?? `class ${number}`,
      scores,
      change: from === null || to === null ? null : to - from,
    };
  });
}

/** Compared, not subtracted: two that are not finite would give NaN. */
function compare(one: number, other: number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function scoreOf({ predictions }: Predicted, wanted: number): number | null | undefined {
  return predictions.find(([number]) => number === wanted)?.[1];
}

function nameOf({ predictions, predicted }: Predicted, wanted: number): string | undefined {
  return predicted?.[predictions.findIndex(([number]) => number === wanted)];
}
