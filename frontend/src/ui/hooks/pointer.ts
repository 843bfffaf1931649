import { useLayoutEffect, useRef } from "preact/hooks";
import type { RelativePosition } from "../../numbers/receptive_field";
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

/** Where a pointer is, as shares of a picture; beyond an edge it is at the edge. */
export function placeUnder({
  clientX,
  clientY,
  currentTarget,
}: PointerEvent): RelativePosition {
  const area = (currentTarget as HTMLElement).getBoundingClientRect();
  const share = (at: number, start: number, length: number) =>
    Math.min(Math.max((at - start) / length, 0), 1);
  return {
    x: share(clientX, area.left, area.width),
    y: share(clientY, area.top, area.height),
  };
}
