import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Header } from "../../../data/api";
import type { Places } from "../../../data/places";
import type { Maps } from "../../../numbers/decode";
import type { Size } from "../../../numbers/layout";
import { pinnedIn } from "../../../state/pins";
import { change, select, state } from "../../../state/store";
import { useSize } from "../../hooks/size";
import { Channels } from "../../pictures/channels";
import { fitted } from "../../pictures/enlarged";
import type { Paint } from "../../pictures/paint";

interface PaneProps {
  link: Link;
  paint: Paint;
  name: string;
  /** The layer, whose pins are marked. */
  layer: Header["layer"];
  maps: Maps;
  places: Places | null;
  order: readonly number[];
  scores: Float64Array | null;
}

/** All channels of a side, or one as large as there is room. */
export function Pane({ link, paint, name, layer, maps, places, order, scores }: PaneProps) {
  const { a, zoom, pins, compare } = state.value;
  const box = useRef<HTMLDivElement>(null);
  const room = useSize(box);
  const alone = compare.oneChannel && a.channel !== null;
  return (
    <div class="pane" ref={box}>
      <Linked link={link}>
        <Channels
          maps={maps}
          order={order}
          scores={scores}
          paint={paint}
          places={places}
          zoom={zoom ?? (alone && room.width ? wholeZoom(maps, room) : null)}
          chosen={alone ? null : a.channel}
          pins={pinnedIn(pins, layer)}
          leads={name !== "B"}
          label={`Feature maps of ${name}`}
          pick={(channel) => {
            if (alone) return;
            select("a", { channel });
            change({ compare: { ...state.peek().compare, oneChannel: true } });
          }}
        />
      </Linked>
    </div>
  );
}

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
function Linked({ link, children }: { link: Link; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const pressed = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    link.boxes.add(element);
    // What is in it has its size only after it was first drawn.
    const frame = requestAnimationFrame(() => scrollerOf(element)?.scrollTo(link));
    return () => {
      cancelAnimationFrame(frame);
      link.boxes.delete(element);
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

/** Room for the number above a channel, in CSS pixels. */
const LABEL = 20;

/** Screen pixels for a value with which one whole map fits into a box. */
export function wholeZoom(maps: Size, box: Size): number {
  const ratio = devicePixelRatio || 1;
  const room = { width: box.width * ratio, height: Math.max(box.height - LABEL, 1) * ratio };
  return Math.max(fitted(maps, room).width, 1) / maps.width;
}
