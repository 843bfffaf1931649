import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** How far the mouse goes before a press is taken for dragging, in pixels. */
const STILL = 4;

/** Boxes that are moved together; the one that was touched last leads. */
export interface Link {
  boxes: Set<HTMLElement>;
  leader: HTMLElement | null;
  left: number;
  top: number;
}

/** A link that lasts as long as its component. */
export function useLink(): Link {
  const link = useRef<Link>({ boxes: new Set(), leader: null, left: 0, top: 0 });
  return link.current;
}

/** What is in it is scrolled, and dragged, together with all that has the same link. */
export function Linked({ link, children }: { link: Link; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const pressed = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  useEffect(() => {
    const own = box.current;
    if (!own) return;
    link.boxes.add(own);
    // What is in it has its size only after it was first drawn.
    const frame = requestAnimationFrame(() => scrollerOf(own)?.scrollTo(link));
    return () => {
      cancelAnimationFrame(frame);
      link.boxes.delete(own);
    };
  }, [link]);
  const lead = () => (link.leader = box.current);
  const follow = () => {
    const from = box.current && scrollerOf(box.current);
    if (!from || link.leader !== box.current) return;
    link.left = from.scrollLeft;
    link.top = from.scrollTop;
    for (const other of link.boxes) {
      if (other !== box.current) scrollerOf(other)?.scrollTo(link);
    }
  };
  const drag = (event: PointerEvent) => {
    const at = pressed.current;
    const scroller = box.current && scrollerOf(box.current);
    if (!at || !scroller || !(event.buttons & 1)) return;
    const [x, y] = [event.clientX - at.x, event.clientY - at.y];
    if (!at.moved && Math.hypot(x, y) < STILL) return;
    scroller.scrollBy(-x, -y);
    pressed.current = { x: event.clientX, y: event.clientY, moved: true };
  };
  return (
    <div
      class="linked"
      ref={box}
      onPointerEnter={lead}
      onWheelCapture={lead}
      onFocusCapture={lead}
      onScrollCapture={follow}
      onPointerDown={(event) => {
        lead();
        // A finger scrolls by itself.
        if (event.pointerType === "mouse" && event.button === 0) {
          pressed.current = { x: event.clientX, y: event.clientY, moved: false };
        }
      }}
      onPointerMove={drag}
      onClickCapture={(event) => {
        if (pressed.current?.moved) event.stopPropagation();
        pressed.current = null;
      }}
    >
      {children}
    </div>
  );
}

function scrollerOf(box: HTMLElement): HTMLElement | null {
  return box.querySelector<HTMLElement>(".scroll");
}
