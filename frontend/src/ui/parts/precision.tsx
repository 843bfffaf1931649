import type { InputHeader } from "../../data/api";
import { format } from "../../drawing/legend";

/** How values are stored, and how far that takes them from what was computed. */
export interface Precision {
  stored: string;
  /** Null where they are exact. */
  within: string | null;
}

/** How exactly the values of an input are stored, in words. */
export function precisionOf({ packed }: Pick<InputHeader, "packed">): Precision {
  if (packed.precision === "float32") return { stored: "in float32", within: null };
  if (packed.precision === "float16") {
    return { stored: "in float16", within: "within 0.05 % of each value" };
  }
  const { low, high, levels } = packed;
  const errors = low?.map(
    (least, i) => ((high?.[i] ?? least ?? 0) - (least ?? 0)) / levels / 2,
  );
  const worst = Math.max(0, ...(errors ?? []));
  return { stored: "in 8 bits a channel", within: `within ±${format(worst)}` };
}

interface Props {
  input: InputHeader;
  /** What is computed from the values as they are stored. */
  ofStored: string;
  /** What was computed before they were stored, beside that. */
  ofComputed: string;
}

/** Why two numbers of one thing may differ in their last digits, where they may. */
export function TwoPrecisions({ input, ofStored, ofComputed }: Props) {
  const { stored, within } = precisionOf(input);
  if (within === null) return null;
  return (
    <p class="lead quiet" data-name="precisions">
      {`${ofStored} of the values as stored, ${stored}: ${within}. ${ofComputed} of the values `}
      before they were stored.
    </p>
  );
}
