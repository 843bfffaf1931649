/** What every key does, and which keys a control needs for itself. */

import { COMPARISONS, VIEWS } from "../../state/state";
import { change, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import {
  blink,
  inspectMaximum,
  keepAsB,
  moveChannel,
  moveLayer,
  moveStep,
  nextInput,
  openChannel,
  pinChannel,
  swapSides,
  toPartner,
  toStep,
} from "./navigation";

interface Key {
  keys: readonly string[];
  shown: string;
  does: string;
  call: (event: KeyboardEvent) => void;
}

const focus = (id: string) => document.getElementById(id)?.focus();

/** Every key, for the page and for the table of keys. */
export const KEYS: readonly Key[] = [
  {
    keys: ["ArrowLeft"],
    shown: "←",
    does: "step back; with Shift by ten",
    call: (event) => moveStep(event.shiftKey ? -10 : -1),
  },
  {
    keys: ["ArrowRight"],
    shown: "→",
    does: "step on; with Shift by ten",
    call: (event) => moveStep(event.shiftKey ? 10 : 1),
  },
  { keys: ["Home"], shown: "Home", does: "first step", call: () => toStep(0) },
  {
    keys: ["End"],
    shown: "End",
    does: "last step, and follow it",
    call: () => toStep(Infinity),
  },
  {
    keys: ["p"],
    shown: "p",
    does: "play the steps, or stop",
    call: () => (viewState.playing.value = !viewState.playing.value),
  },
  { keys: ["ArrowUp"], shown: "↑", does: "layer above", call: () => moveLayer(-1) },
  { keys: ["ArrowDown"], shown: "↓", does: "layer below", call: () => moveLayer(1) },
  { keys: ["["], shown: "[", does: "channel before", call: () => moveChannel(-1) },
  { keys: ["]"], shown: "]", does: "channel after", call: () => moveChannel(1) },
  { keys: ["Enter"], shown: "Enter", does: "open the channel", call: openChannel },
  {
    keys: ["1", "2", "3", "4", "5", "6", "7"],
    shown: "1 … 7",
    does: `views: ${VIEWS.join(", ")}`,
    call: (event) => change({ view: VIEWS[Number(event.key) - 1] ?? "grid" }),
  },
  {
    keys: [" "],
    shown: "space",
    does: "blink between A and B; in other views play, or stop",
    call: () => {
      if (state.value.view === "compare") blink();
      else viewState.playing.value = !viewState.playing.value;
    },
  },
  {
    keys: ["c"],
    shown: "c",
    does: "compare: the next way; multiples: steps or layers as columns",
    call: () => {
      const { multiples, compare, view } = state.value;
      if (view === "compare") {
        const next = (COMPARISONS.indexOf(compare.how) + 1) % COMPARISONS.length;
        change({ compare: { ...compare, how: COMPARISONS[next] ?? "side" } });
        return;
      }
      const columns = multiples.columns === "steps" ? "layers" : "steps";
      change({ multiples: { ...multiples, columns } });
    },
  },
  { keys: ["b"], shown: "b", does: "what is looked at becomes side B", call: keepAsB },
  { keys: ["x"], shown: "x", does: "swap A and B", call: swapSides },
  { keys: ["r"], shown: "r", does: "before and after ReLU", call: toPartner },
  {
    keys: ["s"],
    shown: "s",
    does: "smooth, or nearest neighbour",
    call: () => change({ smooth: !state.value.smooth }),
  },
  {
    keys: ["d"],
    shown: "d",
    does: "hide dead channels, or show them",
    call: () => change({ hideDead: !state.value.hideDead }),
  },
  {
    keys: ["o"],
    shown: "o",
    does: "all channels at the position of the channel's maximum",
    call: inspectMaximum,
  },
  { keys: ["m"], shown: "m", does: "pin the channel, or take the pin out", call: pinChannel },
  { keys: ["i"], shown: "i", does: "next input", call: nextInput },
  { keys: ["/"], shown: "/", does: "search channels", call: () => focus("search-channels") },
  { keys: ["f"], shown: "f", does: "filter layers", call: () => focus("filter-layers") },
  {
    keys: [],
    shown: "Ctrl + wheel",
    does: "or a pinch: zoom around the cursor; dragging moves the picture",
    // Pictures listen to the wheel themselves.
    call: () => undefined,
  },
  {
    keys: ["Escape"],
    shown: "Esc",
    does: "inspect no position; else back to the grid; leaves a field",
    call: () => {
      const { view, inspected } = state.value;
      change(view === "channel" && inspected ? { inspected: null } : { view: "grid" });
    },
  },
  {
    keys: ["?"],
    shown: "?",
    does: "this table",
    call: () => (viewState.keysOpen.value = true),
  },
];

const CALLS = new Map(KEYS.flatMap((key) => key.keys.map((name) => [name, key.call] as const)));

/** Let the keys work wherever no field needs them. */
export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    // It is closed by Esc on its own.
    if (target.closest("dialog")) return;
    const field = target.closest<HTMLElement>("input, select, textarea, button, summary");
    if (field && event.key === "Escape" && !/^(button|summary)$/.test(field.localName)) {
      target.blur();
      return;
    }
    if (field && isListOpen(field)) return;
    if (field && keeps(field.localName, (field as HTMLInputElement).type, event.key)) return;
    const call = CALLS.get(event.key);
    if (!call) return;
    event.preventDefault();
    call(event);
  });
  // What was pressed with the mouse is done with: the keys are for the view again.
  document.addEventListener("click", ({ target, detail }) => {
    if (detail > 0) (target as Element).closest<HTMLElement>("button, summary")?.blur();
  });
  let byMouse = false;
  document.addEventListener("pointerdown", () => (byMouse = true), { capture: true });
  document.addEventListener("keydown", () => (byMouse = false), { capture: true });
  document.addEventListener("change", ({ target }) => {
    if (byMouse && target instanceof HTMLSelectElement) target.blur();
  });
}

const MOVES = new Set([
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Home",
  "End",
  "PageUp",
  "PageDown",
]);

/** Whether an element that has the focus handles a key by itself. */
export function keeps(element: string, type: string, key: string): boolean {
  if (element === "button" || element === "summary") return key === " " || key === "Enter";
  if (element === "input" && type === "range") return MOVES.has(key);
  if (element === "input" && type === "checkbox") return key === " ";
  if (element === "select") return MOVES.has(key) || key === " " || key === "Enter";
  return ["input", "textarea", "dialog"].includes(element);
}

/** Whether a list is open, where the browser says so; elsewhere it keeps its keys by itself. */
function isListOpen(list: Element): boolean {
  return CSS.supports("selector(:open)") && list.matches("select:open");
}
