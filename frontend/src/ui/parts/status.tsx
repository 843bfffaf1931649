import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { reload } from "../../data/resources";

/** How long something is said, in ms. */
const LONG_ENOUGH = 6000;

/** What was said last, for a while; and a way to say something else. */
export function useStatus(): [string, (words: string) => void] {
  const [said, setSaid] = useState({ words: "" });
  useEffect(() => {
    if (!said.words) return;
    const timer = setTimeout(() => setSaid({ words: "" }), LONG_ENOUGH);
    return () => clearTimeout(timer);
  }, [said]);
  return [said.words, (words) => setSaid({ words })];
}

/** Words next to a field, which move nothing. */
export function Status({ words, above = false }: { words: string; above?: boolean }) {
  return (
    <span class={`said ${above ? "above" : ""}`} role="status">
      {words}
    </span>
  );
}

/** What to do next, where nothing failed. */
export function Advice({ children }: { children: ComponentChildren }) {
  return (
    <p class="lead" role="status" data-name="advice">
      {children}
    </p>
  );
}

/** Why there is nothing to see, and the way to try again. */
export function Failed({ reason }: { reason: string }) {
  return (
    <div class="view">
      <p class="failed" role="alert">
        {reason}
      </p>
      <p>
        <button type="button" onClick={() => void reload()}>
          Try again
        </button>
      </p>
    </div>
  );
}
