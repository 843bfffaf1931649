/** Joins the state to TensorBoard's page: its address, its theme, its reloads. */

import { effect } from "@preact/signals";
import { reload } from "./data/resources";
import { address, onReload, onTheme, storage } from "./host/host";
import { listenToKeys } from "./ui/keys";
import { pinsIn, pinsText } from "./state/pins";
import { notify, state } from "./state/store";
import { fromHash, toHash } from "./state/url";

/** How long a choice may still change before it is written into the address, in ms. */
const PAUSE = 150;
/** What the browser keeps the pins under, for when the tab is opened without a link. */
const PINS = "tb_actviz.pins";
const OURS = /(^|&)p\.activations\./;

/** Restore what the address says, and keep everything up to date from now on. */
export function start(): void {
  const bar = address();
  let pins = state.value.pins;
  const restore = () => {
    const { state: found, notices } = fromHash(bar.read());
    const kept = OURS.test(bar.read()) ? null : pinsIn(storage.get(PINS) ?? "");
    state.value = kept ? { ...found, pins: kept } : found;
    pins = state.value.pins;
    if (notices.length) {
      notify(`The address says what cannot be, and is read without it: ${notices.join(", ")}.`);
    }
  };
  restore();
  let written = bar.read();
  bar.onChange(() => {
    if (bar.read() !== written && OURS.test(bar.read())) restore();
  });
  let timer = 0;
  effect(() => {
    const chosen = state.value;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      // Those of a link are not made one's own.
      if (chosen.pins !== pins) storage.set(PINS, pinsText(chosen.pins));
      pins = chosen.pins;
      const hash = toHash(chosen, bar.read());
      if (hash !== bar.read()) bar.write(hash);
      written = bar.read();
    }, PAUSE);
  });
  onTheme((dark) => document.documentElement.classList.toggle("dark", dark));
  onReload(() => void reload());
  listenToKeys();
  // Else the keys would go to TensorBoard's page until ours is clicked.
  window.focus();
  void reload();
}
