import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { cellRectangle, type GridLayout, zoomBy, zoomOf } from "../../numbers/layout";
import { wheelFactor } from "../../numbers/lens";
import { change } from "../../state/store";

/** A place in a map, as shares of it, and where it is in the box in CSS pixels. */
interface Anchor {
  index: number;
  across: number;
  down: number;
  x: number;
  y: number;
}

/** Zoom by the wheel with Ctrl, or by a pinch: what is under the cursor stays there. */
export function useWheelZoom(
  box: RefObject<HTMLElement | null>,
  layout: GridLayout,
  ratio: number,
): void {
  const anchor = useRef<Anchor | null>(null);
  /** The one before: the edges of the box may have kept it from its place. */
  const last = useRef<Anchor | null>(null);
  /** What was turned, less what was zoomed: values are of whole pixels. */
  const turned = useRef(1);
  const drawn = useRef(layout);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const turn = (event: WheelEvent) => {
      // Without Ctrl the wheel scrolls.
      if (!event.ctrlKey) {
        last.current = null;
        return;
      }
      event.preventDefault();
      const factor = wheelFactor(event);
      if (!anchor.current && factor > 1 !== turned.current > 1) turned.current = 1;
      turned.current *= factor;
      const zoom = zoomBy(drawn.current, turned.current);
      if (zoom === null) {
        turned.current = Math.min(Math.max(turned.current, 1 / 2), 2);
        return;
      }
      const pointedAt = anchorAt(event, element, drawn.current, ratio);
      const still = last.current?.x === pointedAt.x && last.current.y === pointedAt.y;
      last.current = anchor.current = still ? last.current : pointedAt;
      change({ zoom });
    };
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, [ratio]);
  const { cellWidth, cellHeight, columns } = layout;
  const keep = () => {
    const element = box.current;
    const at = anchor.current;
    if (!element || !at) return;
    const cell = cellRectangle(layout, at.index);
    element.scrollLeft = (cell.x + at.across * cell.width) / ratio - at.x;
    element.scrollTop = (cell.y + at.down * cell.height) / ratio - at.y;
  };
  useLayoutEffect(() => {
    keep();
    turned.current = anchor.current
      ? (turned.current * zoomOf(drawn.current)) / zoomOf(layout)
      : 1;
    drawn.current = layout;
  }, [cellWidth, cellHeight, columns, layout.count]);
  useEffect(() => {
    // Once more: what was chosen may have been scrolled to in between.
    keep();
    anchor.current = null;
  }, [cellWidth, cellHeight, columns]);
}

function anchorAt(
  { clientX, clientY }: WheelEvent,
  box: HTMLElement,
  layout: GridLayout,
  ratio: number,
): Anchor {
  const area = box.getBoundingClientRect();
  const [x, y] = [clientX - area.left, clientY - area.top];
  const [left, top] = [(x + box.scrollLeft) * ratio, (y + box.scrollTop) * ratio];
  const { cellWidth, cellHeight, gap, label, columns, count } = layout;
  const column = Math.min(Math.floor(left / (cellWidth + gap)), columns - 1);
  const row = Math.floor(top / (label + cellHeight + gap));
  const index = Math.max(Math.min(row * columns + column, count - 1), 0);
  const cell = cellRectangle(layout, index);
  const share = (pixels: number, side: number) => Math.min(Math.max(pixels / side, 0), 1);
  return {
    index,
    across: share(left - cell.x, cell.width),
    down: share(top - cell.y, cell.height),
    x,
    y,
  };
}
