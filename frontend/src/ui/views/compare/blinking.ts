import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { change, state } from "../../../state/store";

/** Whether a comparison that blinks shows side B. */
export const blinked = signal(false);

/** Whether it blinks by itself. */
export const automatic = signal(false);

/** How long each side is shown then, in ms. */
const BEAT = 500;

/** Show the other side, in place. */
export function blink(): void {
  const { compare } = state.peek();
  if (compare.how !== "blink") change({ compare: { ...compare, how: "blink" } });
  blinked.value = !blinked.peek();
}

/** Whether less motion is asked for: then nothing blinks by itself. */
export function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Blink by itself while that is wanted. */
export function useBlinking(): void {
  const on = automatic.value && !isStill();
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => (blinked.value = !blinked.peek()), BEAT);
    return () => clearInterval(timer);
  }, [on]);
}
