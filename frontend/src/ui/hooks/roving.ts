import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface RovingList {
  box: RefObject<HTMLElement | null>;
  /** Names of the rows, in order. */
  names: readonly string[];
  /** The row that is chosen; -1 for none. */
  chosen: number;
}

interface Roving {
  /** The one row that is reached by Tab; it must be drawn, in sight or not. */
  stop: number;
  /** Moves by so many rows, and returns the row that has the focus then. */
  move: (by: number) => number;
  /** Take over what has got the focus, or lost it. */
  enter: (row: number) => void;
  leave: () => void;
}

/** Lets one row at a time have the focus, by its attribute `data-row`; the chosen one first. */
export function useRoving({ box, names, chosen }: RovingList): Roving {
  const [name, setName] = useState<string | null>(null);
  const focused = name === null ? -1 : names.indexOf(name);
  const stop = Math.max(focused >= 0 ? focused : chosen, 0);
  const followed = useRef<string | undefined>(undefined);
  // At once: later, a key pressed in between would be undone.
  useLayoutEffect(() => {
    const now = names[chosen];
    if (now === undefined || now === followed.current) return;
    followed.current = now;
    // It follows what is chosen elsewhere.
    if (name !== null) setName(now);
  }, [names[chosen]]);
  useLayoutEffect(() => {
    const row = box.current?.querySelector<HTMLElement>(`[data-row="${stop}"]`);
    if (name !== null && row !== document.activeElement) row?.focus();
  }, [name, stop]);
  const move = (by: number) => {
    const next = Math.min(Math.max(stop + by, 0), names.length - 1);
    setName(names[next] ?? null);
    return next;
  };
  return {
    stop,
    move,
    enter: (row) => setName(names[row] ?? null),
    leave: () => setName(null),
  };
}
