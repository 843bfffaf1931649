import { signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { format } from "../../drawing/legend";
import type { Rectangle } from "../../numbers/layout";
import { moved, stretched, WHOLE, wheelFactor, zoomed } from "../../numbers/lens";

/** How far the mouse goes before a press is taken for dragging, in pixels. */
const STILL = 4;

/** What is seen of the pictures of a channel: the same of all of them. */
const lens = signal(WHOLE);

/** Let the wheel with Ctrl, or a pinch, zoom a picture, and dragging move it. */
export function useLens(canvas: RefObject<HTMLCanvasElement | null>): void {
  const pressed = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const turn = (event: WheelEvent) => {
      // Without Ctrl the wheel scrolls the page.
      if (!event.ctrlKey) return;
      event.preventDefault();
      const area = element.getBoundingClientRect();
      lens.value = zoomed(lens.peek(), wheelFactor(event), {
        x: (event.clientX - area.left) / area.width,
        y: (event.clientY - area.top) / area.height,
      });
    };
    const press = ({ clientX: x, clientY: y, button }: PointerEvent) => {
      pressed.current = button === 0 ? { x, y, moved: false } : null;
    };
    const drag = ({ clientX, clientY, buttons }: PointerEvent) => {
      const at = pressed.current;
      if (!at || !(buttons & 1) || lens.peek().factor === 1) return;
      const [x, y] = [clientX - at.x, clientY - at.y];
      if (!at.moved && Math.hypot(x, y) < STILL) return;
      const area = element.getBoundingClientRect();
      lens.value = moved(lens.peek(), x / area.width, y / area.height);
      pressed.current = { x: clientX, y: clientY, moved: true };
    };
    const click = (event: MouseEvent) => {
      // The end of dragging chooses nothing.
      if (pressed.current?.moved) event.stopImmediatePropagation();
      pressed.current = null;
    };
    element.addEventListener("wheel", turn, { passive: false });
    element.addEventListener("pointerdown", press);
    element.addEventListener("pointermove", drag);
    element.addEventListener("click", click, { capture: true });
    return () => {
      element.removeEventListener("wheel", turn);
      element.removeEventListener("pointerdown", press);
      element.removeEventListener("pointermove", drag);
      element.removeEventListener("click", click, { capture: true });
      lens.value = WHOLE;
    };
  }, []);
}

/** Where a picture of so many values is, if it fills `cell` as a whole. */
export function through(cell: Rectangle, values: { width: number; height: number }): Rectangle {
  const { factor, x, y } = lens.value;
  const across = stretched(cell.width, values.width, { factor, start: x });
  const down = stretched(cell.height, values.height, { factor, start: y });
  return {
    x: cell.x + across.from,
    y: cell.y + down.from,
    width: across.length,
    height: down.length,
  };
}

/** Says that only a part is seen, and leads back to all of it. */
export function LensNote() {
  const { factor } = lens.value;
  if (factor === 1) return null;
  return (
    <span class="lens values">
      {`${format(Number(factor.toPrecision(2)))}× `}
      <button type="button" class="link" onClick={() => (lens.value = WHOLE)}>
        whole
      </button>
    </span>
  );
}
