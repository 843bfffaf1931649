import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import {
  NARROWEST,
  type PanelName,
  START_PANELS,
  WIDEST,
  withFold,
  withWidth,
} from "../../state/panels";
import { viewState } from "../../state/view_state";
import "./panel.css";

const NAMES: { [name in PanelName]: string } = { layers: "layers", aside: "details" };
/** How far a key moves an edge, in CSS pixels. */
const BY_KEY = 16;

interface PanelProps {
  name: PanelName;
  children: ComponentChildren;
}

/** A panel beside the view: it folds into a strip, and its inner edge can be dragged. */
export function Panel({ name, children }: PanelProps) {
  const { panels } = viewState;
  const { width, folded } = panels.value[name];
  const fold = (wanted: boolean) => (panels.value = withFold(panels.peek(), name, wanted));
  const isLeft = name === "layers";
  const action = `${folded ? "Show" : "Hide"} the ${NAMES[name]}`;
  return (
    <section
      aria-label={`Panel of ${NAMES[name]}`}
      class={`panel ${name}-panel ${folded ? "folded" : ""}`}
      style={{ "--width": `${width}px` }}
    >
      <button
        type="button"
        class="fold"
        aria-expanded={!folded}
        aria-label={action}
        title={action}
        onClick={() => fold(!folded)}
      >
        {folded === isLeft ? "›" : "‹"}
        {folded && <span class="folded-name">{NAMES[name]}</span>}
      </button>
      {!folded && children}
      {!folded && <Edge name={name} />}
    </section>
  );
}

/** The inner edge of a panel, which is dragged, or moved by keys. */
function Edge({ name }: { name: PanelName }) {
  const { panels } = viewState;
  const start = useRef<{ x: number; width: number } | null>(null);
  const { width } = panels.value[name];
  // To the right the panel on the left grows, and the one on the right shrinks.
  const sign = name === "layers" ? 1 : -1;
  const resize = (wanted: number) => (panels.value = withWidth(panels.peek(), name, wanted));
  return (
    <div
      class="edge"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Width of the ${NAMES[name]}`}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      aria-valuenow={width}
      title="Drag to resize; a double click restores the width"
      onPointerDown={(event) => {
        start.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={({ clientX }) => {
        const from = start.current;
        if (from) resize(from.width + sign * (clientX - from.x));
      }}
      onPointerUp={() => (start.current = null)}
      onPointerCancel={() => (start.current = null)}
      onDblClick={() => resize(START_PANELS[name].width)}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (by === undefined) return;
        resize(width + sign * by * BY_KEY);
        // Else the page would go a step on, or back.
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
