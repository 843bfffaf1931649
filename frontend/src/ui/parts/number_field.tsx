import { numberIn } from "../../state/text";
import { Said, useSaid } from "./status";

interface FieldProps {
  name: string;
  value: number;
  low?: number;
  high?: number;
  whole?: boolean;
  set: (value: number) => void;
}

/** A number; what is none, or out of its range, is put back, and that is said. */
export function Field(props: FieldProps) {
  const { name, value, low = -Infinity, high = Infinity, whole = false, set } = props;
  const [said, say] = useSaid();
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
          const written = numberWritten(field.value, { now: value, low, high, whole });
          field.value = String(written.value ?? value);
          say(written.words);
          if (written.value !== null) set(written.value);
        }}
      />
      <Said words={said} />
    </span>
  );
}

/** A value to take, or none; and in words what was not as it was written. */
export interface Written {
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

/** Read a number; what is none, or out of its bounds, leaves what was there. */
export function numberWritten(text: string, { now, low, high, whole }: Bounds): Written {
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

/** Read a step: the place of the last of `steps` that is not after it, else the first. */
export function stepWritten(text: string, steps: readonly number[], at: number): Written {
  const wanted = numberIn(text);
  if (wanted === null || !steps.length) {
    return { value: null, words: `${quoted(text)} is no step: ${steps[at] ?? "none"} stays` };
  }
  const value = Math.max(
    steps.findLastIndex((step) => step <= wanted),
    0,
  );
  const found = steps[value]!;
  const none = `there is no step ${wanted}: `;
  if (found === wanted) return { value, words: "" };
  if (wanted < found) return { value, words: `${none}the first, ${found}, is shown` };
  if (value === steps.length - 1) {
    return { value, words: `${none}the latest, ${found}, is shown and followed` };
  }
  if (Math.floor(wanted) === found) {
    return { value, words: `steps are whole numbers: ${found}` };
  }
  return { value, words: `${none}the one before, ${found}, is shown` };
}

function quoted(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return text.trim() ? `“${short}”` : "nothing";
}
