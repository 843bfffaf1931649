/** What every key does. */

import { VIEWS } from "../state/state";
import { change, state } from "../state/store";
import { blinked } from "./blinking";
import { helping } from "./help";
import {
  keepAsB,
  moveChannel,
  moveLayer,
  moveStep,
  nextInput,
  pin,
  playing,
  swap,
  toPartner,
  toStep,
} from "./moves";

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
  { keys: ["End"], shown: "End", does: "last step, and follow it", call: () => toStep(Infinity) },
  {
    keys: ["p"],
    shown: "p",
    does: "play the steps, or stop",
    call: () => (playing.value = !playing.value),
  },
  { keys: ["ArrowUp"], shown: "↑", does: "layer above", call: () => moveLayer(-1) },
  { keys: ["ArrowDown"], shown: "↓", does: "layer below", call: () => moveLayer(1) },
  { keys: ["["], shown: "[", does: "channel before", call: () => moveChannel(-1) },
  { keys: ["]"], shown: "]", does: "channel after", call: () => moveChannel(1) },
  {
    keys: ["1", "2", "3", "4", "5", "6"],
    shown: "1 … 6",
    does: `views: ${VIEWS.join(", ")}`,
    call: (event) => change({ view: VIEWS[Number(event.key) - 1] ?? "grid" }),
  },
  {
    keys: [" "],
    shown: "space",
    does: "blink between A and B; in other views play, or stop",
    call: () => {
      if (state.value.view === "compare") blinked.value = !blinked.value;
      else playing.value = !playing.value;
    },
  },
  { keys: ["b"], shown: "b", does: "what is looked at becomes side B", call: keepAsB },
  { keys: ["x"], shown: "x", does: "swap A and B", call: swap },
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
  { keys: ["m"], shown: "m", does: "pin the channel, or take the pin out", call: pin },
  { keys: ["i"], shown: "i", does: "next input", call: nextInput },
  { keys: ["/"], shown: "/", does: "search channels", call: () => focus("search-channels") },
  { keys: ["f"], shown: "f", does: "filter layers", call: () => focus("filter-layers") },
  {
    keys: ["Escape"],
    shown: "Esc",
    does: "back to the grid; leaves a field",
    call: () => change({ view: "grid" }),
  },
  { keys: ["?"], shown: "?", does: "this table", call: () => (helping.value = true) },
];

const CALLS = new Map(KEYS.flatMap((key) => key.keys.map((name) => [name, key.call] as const)));
/** What handles these keys by itself. */
const FIELDS = "input, select, textarea, dialog";

/** Let the keys work wherever no field needs them. */
export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.closest(FIELDS)) {
      if (event.key === "Escape") target.blur();
      return;
    }
    // A button is pressed by the space bar.
    if (event.key === " " && target.closest("button")) return;
    const call = CALLS.get(event.key);
    if (!call) return;
    event.preventDefault();
    call(event);
  });
}
