/** What every key does, and which keys a control needs for itself. */

import { heldPage } from "../../host/held_page";
import { ALIGNS } from "../../numbers/steps";
import { COLOURS, COMPARISONS, MULTIPLES_ROWS, VIEWS, type View } from "../../state/state";
import { change, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { openExportMenu } from "../export/menu";
import {
  chooseScale,
  nextGamma,
  nextOf,
  nextOrder,
  nextScalar,
  nextScale,
  reverseOrder,
  zoom,
} from "./appearance";
import { removeBox } from "./box_actions";
import {
  blink,
  inspectMaximum,
  keepAsB,
  moveChannel,
  moveLayer,
  moveStep,
  nextInput,
  nextRun,
  openChannel,
  pinChannel,
  swapSides,
  toggleRemoved,
  toPartner,
  toStep,
} from "./navigation";
import { openAlone } from "./open_alone";

interface Key {
  keys: readonly string[];
  shown: string;
  does: string;
  /** The views in which it is seen what it does; all unless they are named. */
  views?: readonly View[];
  call: (event: KeyboardEvent) => void;
}

const focus = (id: string) => document.getElementById(id)?.focus();

/** Every key, for the page and for help. */
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
    views: ["compare", "multiples"],
    call: () => {
      const { multiples, compare, view } = state.value;
      if (view === "compare") {
        change({ compare: { ...compare, how: nextOf(COMPARISONS, compare.how) } });
        return;
      }
      const columns = multiples.columns === "steps" ? "layers" : "steps";
      change({ multiples: { ...multiples, columns } });
    },
  },
  {
    keys: ["C"],
    shown: "Shift + c",
    does: "multiples: runs, inputs or pinned channels as rows",
    views: ["multiples"],
    call: () => {
      const { multiples } = state.value;
      change({ multiples: { ...multiples, rows: nextOf(MULTIPLES_ROWS, multiples.rows) } });
    },
  },
  { keys: ["b"], shown: "b", does: "what is looked at becomes side B", call: keepAsB },
  {
    keys: ["x"],
    shown: "x",
    does: "swap A and B",
    views: ["compare", "inputs"],
    call: swapSides,
  },
  { keys: ["r"], shown: "r", does: "the layer before or after its ReLU", call: toPartner },
  { keys: ["R"], shown: "Shift + r", does: "what the ReLU removed", call: toggleRemoved },
  {
    keys: ["t"],
    shown: "t",
    does: "the next order of channels; training and runs: the next number",
    call: nextOrder,
  },
  { keys: ["T"], shown: "Shift + t", does: "reverse the order", call: reverseOrder },
  { keys: ["l"], shown: "l", does: "the next scale", call: nextScale },
  {
    keys: ["z"],
    shown: "z",
    does: "zero in the middle of the colours, or not",
    call: () => chooseScale({ symmetric: !state.value.scale.symmetric }),
  },
  { keys: ["g"], shown: "g", does: "another gamma", call: nextGamma },
  {
    keys: ["G"],
    shown: "Shift + g",
    does: "logarithmic colours, or not",
    call: () => chooseScale({ log: !state.value.scale.log }),
  },
  {
    keys: ["k"],
    shown: "k",
    does: "the next colours",
    call: () => change({ colours: nextOf(COLOURS, state.value.colours) }),
  },
  { keys: ["+", "="], shown: "+", does: "maps twice as large", call: () => zoom(2) },
  { keys: ["-"], shown: "-", does: "maps half as large", call: () => zoom(0.5) },
  {
    keys: ["0"],
    shown: "0",
    does: "maps as large as there is room",
    call: () => change({ zoom: null }),
  },
  {
    keys: ["s"],
    shown: "s",
    does: "smooth, or nearest neighbour",
    call: () => change({ smooth: !state.value.smooth }),
  },
  {
    keys: ["d"],
    shown: "d",
    does: "show silent channels, or fold them",
    views: ["grid", "compare"],
    call: () => change({ showSilent: !state.value.showSilent }),
  },
  {
    keys: ["o"],
    shown: "o",
    does: "all channels at the place of this channel's maximum",
    call: inspectMaximum,
  },
  { keys: ["m"], shown: "m", does: "pin the channel, or take the pin out", call: pinChannel },
  { keys: ["i"], shown: "i", does: "next input", call: nextInput },
  { keys: ["u"], shown: "u", does: "next run", call: nextRun },
  {
    keys: ["a"],
    shown: "a",
    does: "align runs by the next: step, epoch or time",
    call: () => change({ align: nextOf(ALIGNS, state.value.align) }),
  },
  {
    keys: ["w"],
    shown: "w",
    does: "watch for new steps, or not",
    call: watchForSteps,
  },
  {
    keys: ["v"],
    shown: "v",
    does: "the next scalar of the training above the steps",
    call: nextScalar,
  },
  { keys: ["e"], shown: "e", does: "export", call: openExportMenu },
  {
    keys: ["y"],
    shown: "y",
    does: "open a page alone that is in a frame of another one",
    call: openAlone,
  },
  {
    keys: ["n"],
    shown: "n",
    does: "go to a step by its number",
    call: () => focus("step-number"),
  },
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
    does: "back: from a place, to the grid, then no box, or out of a field",
    call: () => {
      const { view, inspected } = state.value;
      if (view === "grid") removeBox();
      else change(view === "channel" && inspected ? { inspected: null } : { view: "grid" });
    },
  },
  {
    keys: ["?"],
    shown: "?",
    does: "help",
    call: () => (viewState.helpOpen.value = true),
  },
];

/** Look for new steps, or no longer; a page that holds all its steps says so. */
function watchForSteps(): void {
  if (heldPage) viewState.said.value = { words: "This page holds all its steps." };
  else viewState.live.value = !viewState.live.value;
}

const BY_NAME = new Map(KEYS.flatMap((key) => key.keys.map((name) => [name, key] as const)));

/** Do what a key does; where that would not be seen, say where it is instead. */
function press({ shown, does, views, call }: Key, event: KeyboardEvent): void {
  if (!views || views.includes(state.value.view)) {
    call(event);
    return;
  }
  const named = views
    .map((view) => `${view[0]?.toUpperCase()}${view.slice(1)} (${VIEWS.indexOf(view) + 1})`)
    .join(" and ");
  viewState.said.value = { words: `Nothing changed. “${shown}” acts in ${named}: ${does}.` };
}

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
    const key = BY_NAME.get(event.key);
    if (!key) return;
    event.preventDefault();
    press(key, event);
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
