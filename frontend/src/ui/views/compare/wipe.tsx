import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Maps } from "../../../numbers/decode";
import { LEGIBLE } from "../../../numbers/layout";
import { state } from "../../../state/store";
import { useSize } from "../../hooks/size";
import { wholeZoom } from "./pane";

/** What a press of an arrow moves it by, and with Shift. */
const STEP = 0.02;
const LEAP = 0.1;

interface Props {
  /** What fills the box, where it is one map only; null for a grid. */
  maps: Maps | null;
  /** Share of the width at which A ends and B begins. */
  share: number;
  set: (share: number) => void;
  a: ComponentChildren;
  b: ComponentChildren;
}

/** A on the left, B on the right of a handle, one over the other. */
export function Wipe({ maps, share, set, a, b }: Props) {
  const outer = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const room = useSize(outer);
  // No wider than what is in it, so that all of the way is over both.
  const zoom = maps && (state.value.zoom ?? wholeZoom(maps, room));
  const ratio = devicePixelRatio || 1;
  const wide = maps && zoom ? Math.ceil((maps.width * zoom) / ratio) : Infinity;
  const width = `${Math.min(room.width, Math.max(wide, LEGIBLE))}px`;
  const to = (wanted: number) =>
    set(Math.round(Math.min(Math.max(wanted, 0), 1) * 1000) / 1000);
  const drag = (event: PointerEvent) => {
    const area = box.current?.getBoundingClientRect();
    if (!area || !(event.buttons & 1)) return;
    to((event.clientX - area.left) / area.width);
  };
  const press = (event: KeyboardEvent) => {
    const by = event.shiftKey ? LEAP : STEP;
    const moved = { ArrowLeft: share - by, ArrowRight: share + by, Home: 0, End: 1 }[event.key];
    if (moved === undefined) return;
    // Else the page would go a step on.
    event.stopPropagation();
    event.preventDefault();
    to(moved);
  };
  const left = `${share * 100}%`;
  return (
    <div class="wiped" ref={outer}>
      <div class="wipe" ref={box} style={{ width }}>
        <div class="layer" style={{ clipPath: `inset(0 ${100 - share * 100}% 0 0)` }}>
          {a}
        </div>
        <div class="layer" style={{ clipPath: `inset(0 0 0 ${left})` }}>
          {b}
        </div>
        <div
          class="handle"
          role="slider"
          tabIndex={0}
          aria-label="Where A ends and B begins"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
          aria-valuetext={`${Math.round(share * 100)}% A`}
          title="Drag, or ← → while it has the focus"
          style={{ left }}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={drag}
          onKeyDown={press}
        >
          <span>◂ ▸</span>
        </div>
      </div>
    </div>
  );
}
