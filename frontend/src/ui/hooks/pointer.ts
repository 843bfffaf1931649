import { useLayoutEffect, useRef } from "preact/hooks";
import { type Pointed, viewState } from "../../state/view_state";

/** Where the mouse is, in the page and from the top of the picture in CSS pixels. */
export interface Mouse {
  clientX: number;
  clientY: number;
  down: number;
}

interface Pointing {
  /** Where the mouse is while it is over the picture. */
  mouse: Mouse | null;
  onMouseMove: (event: MouseEvent) => void;
  onMouseLeave: () => void;
}

/**
 * Keep `pointed` at what is under the mouse, also where pictures move under it.
 *
 * `find` returns what is at a place of the page, `moved` is what changes with every move.
 */
export function usePointing(
  find: (at: Mouse) => Pointed | null,
  moved: readonly unknown[],
): Pointing {
  const mouse = useRef<Mouse | null>(null);
  useLayoutEffect(() => {
    if (mouse.current) viewState.pointed.value = find(mouse.current);
  }, moved);
  return {
    mouse: mouse.current,
    onMouseMove: ({ clientX, clientY, currentTarget }) => {
      const area = (currentTarget as HTMLElement).getBoundingClientRect();
      mouse.current = { clientX, clientY, down: clientY - area.top };
      viewState.pointed.value = find(mouse.current);
    },
    onMouseLeave: () => {
      mouse.current = null;
      viewState.pointed.value = null;
    },
  };
}
