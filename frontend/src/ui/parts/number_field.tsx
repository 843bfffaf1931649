import { numberIn } from "../../state/text";
import { Status, useStatus } from "./status";

interface NumberFieldProps {
  name: string;
  value: number;
  low?: number;
  high?: number;
  whole?: boolean;
  set: (value: number) => void;
}

/** A field for a number; what is not one, or out of its range, is put back, and that is said. */
export function NumberField(props: NumberFieldProps) {
  const { name, value, low = -Infinity, high = Infinity, whole = false, set } = props;
  const [said, say] = useStatus();
  return (
    <span class="noted">
      <input
        class="number short"
        inputMode="decimal"
        aria-label={name}
        title={name}
        value={value}
        onChange={(event) => {
          const field = event.currentTarget;
          const reading = readNumber(field.value, { now: value, low, high, whole });
          field.value = String(reading.value ?? value);
          say(reading.words);
          if (reading.value !== null) set(reading.value);
        }}
      />
      <Status words={said} />
    </span>
  );
}

/** The value to take, if any; and in words what was not as it was written. */
export interface FieldReading {
  value: number | null;
  words: string;
}

interface Bounds {
  /** What the field holds. */
  now: number;
  low: number;
  high: number;
  /** Whether only whole numbers are meant. */
  whole: boolean;
}

const LONGEST = 12;

/** Reads a number; what is not one, or out of its bounds, leaves what was there. */
export function readNumber(text: string, { now, low, high, whole }: Bounds): FieldReading {
  const wanted = numberIn(text);
  if (wanted === null) {
    return { value: null, words: `${quoted(text)} is no number: ${now} stays` };
  }
  if (wanted < low || wanted > high) {
    return { value: null, words: `${low} to ${high}: ${now} stays` };
  }
  if (!whole || Number.isInteger(wanted)) return { value: wanted, words: "" };
  const value = Math.round(wanted);
  return { value, words: `only whole numbers: ${value}` };
}

/** Reads a step: the index of the last of `steps` that is not after it, else the first. */
export function readStep(text: string, steps: readonly number[], at: number): FieldReading {
  const wanted = numberIn(text);
  if (wanted === null || !steps.length) {
    return { value: null, words: `${quoted(text)} is no step: ${steps[at] ?? "none"} stays` };
  }
  const value = Math.max(
    steps.findLastIndex((step) => step <= wanted),
    0,
  );
  const nearest = steps[value]!;
  const none = `there is no step ${wanted}: `;
  if (nearest === wanted) return { value, words: "" };
  if (wanted < nearest) return { value, words: `${none}the first, ${nearest}, is shown` };
  if (value === steps.length - 1) {
    return { value, words: `${none}the latest, ${nearest}, is shown and followed` };
  }
  if (Math.floor(wanted) === nearest) {
    return { value, words: `steps are whole numbers: ${nearest}` };
  }
  return { value, words: `${none}the one before, ${nearest}, is shown` };
}

function quoted(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return text.trim() ? `“${short}”` : "nothing";
}
