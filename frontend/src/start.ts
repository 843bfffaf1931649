/** Joins the state to TensorBoard's page: its address, its theme, its reloads. */

import { computed, effect } from "@preact/signals";
import { lookAgainAndAgain } from "./data/live";
import { reload } from "./data/resources";
import { heldPage } from "./host/held_page";
import { address, isFramed, onReload, onTheme, storage } from "./host/host";
import { begin, onBusy } from "./state/busy";
import { panelsIn, panelsText } from "./state/panels";
import { type Pins, pinsIn, pinsText } from "./state/pins";
import { notify, state } from "./state/store";
import { fromHash, hostRunFilter, isElsewhere, TAB, toHash } from "./state/url";
import { viewState } from "./state/view_state";
import { listenToKeys } from "./ui/frame/keys";

/** How long a choice may still change before it is written into the address, in ms. */
const PAUSE = 150;
/** What the browser keeps the pins under, for when the tab is opened without a link. */
const PINS = "tb_actviz.pins";
const PANELS = "tb_actviz.panels";
/** Width in CSS pixels up to which the panels are above and below the view, as in the styles. */
const COMPACT = 500;
/** What it keeps under which name whether new data are looked for. */
const LIVE = "tb_actviz.live";
const OURS = /(^|&)p\.activations\./;

/** Whether it is our tab that an address opens. */
const opensUs = (hash: string) => hash.split("&").find((part) => !part.includes("=")) === TAB;

/** Restore what the address says, and keep everything up to date from now on. */
export function start(): void {
  // Not `aria-busy`, which would silence what is said meanwhile.
  onBusy((busy) => document.documentElement.setAttribute("data-busy", String(busy)));
  onBusy((busy) => (viewState.loading.value = busy), ["answer"]);
  const bar = address();
  let pins = state.value.pins;
  let entry = state.value;
  const restore = (kept: Pins | undefined) => {
    const { state: restored, notices } = fromHash(bar.read());
    state.value = kept ? { ...restored, pins: kept } : restored;
    viewState.hostRunFilter.value = hostRunFilter(bar.read());
    pins = state.value.pins;
    entry = state.value;
    if (notices.length) {
      notify(
        `These parts of the address are not valid and are ignored: ${notices.join(", ")}.`,
      );
    }
  };
  restore(OURS.test(bar.read()) ? undefined : pinsIn(storage.get(PINS) ?? ""));
  let written = bar.read();
  bar.onChange(() => {
    if (!opensUs(bar.read())) return;
    // What was pinned meanwhile stays pinned on the way back.
    if (bar.read() !== written) restore(bar.isOwn() ? state.value.pins : undefined);
    bar.write(bar.read(), false);
    written = bar.read();
  });
  let timer = 0;
  let end = () => {};
  effect(() => {
    const chosen = state.value;
    clearTimeout(timer);
    end();
    end = begin("choice");
    timer = window.setTimeout(() => {
      // Pins of a link are not kept in the browser.
      if (chosen.pins !== pins) storage.set(PINS, pinsText(chosen.pins));
      pins = chosen.pins;
      bar.write(toHash(chosen, bar.read()), opensUs(bar.read()) && isElsewhere(chosen, entry));
      entry = chosen;
      written = bar.read();
      end();
    }, PAUSE);
  });
  const view = computed(() => state.value.view);
  effect(() => {
    // What was under the cursor is not there in another view.
    if (view.value) viewState.pointed.value = null;
  });
  const panels = panelsIn(storage.get(PANELS) ?? "", innerWidth <= COMPACT);
  viewState.panels.value = panels;
  effect(() => {
    // Only what people chose is kept: a narrow window begins with a panel folded.
    if (viewState.panels.value !== panels)
      storage.set(PANELS, panelsText(viewState.panels.value));
  });
  onTheme((now) => {
    document.documentElement.classList.toggle("dark", now);
    viewState.dark.value = now;
  });
  if (!heldPage) {
    viewState.live.value = storage.get(LIVE) === String(true);
    effect(() => storage.set(LIVE, String(viewState.live.value)));
    // Another tab of TensorBoard leaves ours without height.
    lookAgainAndAgain(viewState.live, () => !document.hidden && innerHeight > 0);
  }
  onReload(() => void reload());
  listenToKeys();
  // Else the keys would go to TensorBoard's page until ours is clicked.
  if (!isFramed()) window.focus();
  void reload();
}
