import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { Size } from "../../numbers/layout";

/** Rows beyond those in sight that are there already when they are scrolled to. */
const BEYOND = 4;

/** Size of an element in CSS pixels, as it changes. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    const look = () => setSize({ width: box.clientWidth, height: box.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(box);
    look();
    return () => observer.disconnect();
  }, []);
  return size;
}

/** Which rows of equal height are in sight in a box of such a size: `first` to before `end`. */
export function useVisibleRows(
  box: RefObject<HTMLElement | null>,
  size: Size,
  count: number,
  height: number,
): { first: number; end: number } {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setTop(element.scrollTop);
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, []);
  const first = Math.max(0, Math.floor(top / height) - BEYOND);
  const end = Math.min(count, Math.ceil((top + size.height) / height) + BEYOND);
  return { first: Math.min(first, end), end };
}
