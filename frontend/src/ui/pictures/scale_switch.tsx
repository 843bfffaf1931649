import type { LeastUser } from "../../data/scale_fit";
import { percent } from "../../drawing/legend";

interface Props<T extends string> {
  /** What is chosen. */
  label: string;
  /** A word for each choice. */
  words: { readonly [choice in T]: string };
  /** Null where it is something else. */
  now: T | null;
  /** Why it cannot be chosen; null where it can. */
  fixed?: string | null;
  /** What uses too little of a common scale. */
  least?: LeastUser | null;
  choose: (choice: T) => void;
}

/** A choice of scales, beside their legend. */
export function ScaleSwitch<T extends string>(props: Props<T>) {
  const { label, words, now, fixed = null, least = null, choose } = props;
  return (
    <span class="scales">
      <span class="switch" role="group" aria-label={label} title={fixed ?? undefined}>
        {(Object.keys(words) as T[]).map((choice) => (
          <button
            key={choice}
            type="button"
            disabled={fixed !== null}
            aria-pressed={now === choice}
            onClick={() => choose(choice)}
          >
            {words[choice]}
          </button>
        ))}
      </span>
      {least && now !== null && now !== "common" && (
        <span class="quiet values" data-name="why-apart">
          {`${least.who} would use ${percent(least.share)} of a common scale`}
        </span>
      )}
    </span>
  );
}
