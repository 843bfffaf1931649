import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** Size of an element in CSS pixels, as it changes. */
export function useSize(element: RefObject<HTMLElement | null>): {
  width: number;
  height: number;
} {
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

/** Rows beyond those in sight that are there already when they are scrolled to. */
const BEYOND = 4;

/** Which rows of equal height are in sight, from `first` to before `end`. */
export function useRows(
  box: RefObject<HTMLElement | null>,
  count: number,
  height: number,
): { first: number; end: number } {
  const [top, setTop] = useState(0);
  const size = useSize(box);
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
