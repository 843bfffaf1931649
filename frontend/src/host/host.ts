/**
 * TensorBoard's page around ours: its messages, its theme, its address.
 *
 * Ours is an `<iframe>` of the same origin. There is no library for plugins; this is the
 * whole of the protocol that is used here. Wherever the outer page is out of reach, ours
 * works without it.
 */

import { heldPage } from "./held_page";

interface Message {
  type: string;
  id: number;
  payload?: unknown;
  error?: string | null;
  isReply?: boolean;
}

/** Calls back whenever TensorBoard has read its logs again. */
export function onReload(call: () => void): void {
  // Nothing is new in a page that holds all it shows.
  if (heldPage) return;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<string>) => {
    let message: Message;
    try {
      message = JSON.parse(data) as Message;
    } catch {
      return;
    }
    if (message.isReply) return;
    port1.postMessage(
      JSON.stringify({ ...message, payload: null, error: null, isReply: true }),
    );
    if (/^experimental\.(DataReloaded|RunsChanged)$/.test(message.type)) call();
  };
  parent.postMessage("experimental.bootstrap", "*", [port2]);
}

/** Calls back with whether it is to be dark as TensorBoard is, now and as that changes. */
export function onTheme(call: (dark: boolean) => void): void {
  const body = outerBody();
  if (body) {
    const tell = () => call(body.classList.contains("dark-mode"));
    new MutationObserver(tell).observe(body, { attributeFilter: ["class"] });
    tell();
  } else {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => call(dark.matches));
    call(dark.matches);
    addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
      if (source === parent && heldPage && isTheme(data)) call(data.tb_actviz === "dark");
    });
  }
}

/** Whether it is what a notebook says of itself: whether it is dark or light. */
function isTheme(data: unknown): data is { tb_actviz: "dark" | "light" } {
  const said = (data as { tb_actviz?: unknown } | null)?.tb_actviz;
  return said === "dark" || said === "light";
}

/** The body of TensorBoard's page; null where there is none, or it is out of reach. */
function outerBody(): HTMLElement | null {
  if (parent === window || heldPage) return null;
  try {
    return parent.document.body;
  } catch {
    return null;
  }
}

/** The part of the address that is ours to read and write, without its `#`. */
export interface Address {
  read(): string;
  /** Whether what is read was written here, not by TensorBoard or by hand. */
  isOwn(): boolean;
  /** Write into the entry of the browser's history, or into one more after it. */
  write(hash: string, adds: boolean): void;
  onChange(call: () => void): void;
}

/** What marks the entries that were written here, in the state that browsers keep for each. */
const OWN = "tb_actviz";

/** TensorBoard's address, or our own where that is out of reach, or not TensorBoard's. */
export function address(): Address {
  const isHosts = !heldPage && reachable(() => parent.location.hash !== undefined);
  const view = isHosts ? parent : window;
  const { history } = view;
  /** What was written where a browser refuses that, as in a frame without an address. */
  let written: string | null = null;
  const read = () => written ?? view.location.hash.replace(/^#/, "");
  const isOwn = () => (history.state as { [OWN]?: boolean } | null)?.[OWN] === true;
  return {
    read,
    isOwn,
    write: (hash, adds) => {
      // A write on the way through the history may keep the browser from going on.
      if (hash === read() && isOwn()) return;
      // What TensorBoard keeps there stays.
      const kept = { ...(history.state as object | null), [OWN]: true };
      // A hash alone would be taken from the `<base>` of our page, which is elsewhere.
      const whole = `${view.location.href.split("#", 1)[0]}#${hash}`;
      const isWritten = reachable(() => {
        if (adds) history.pushState(kept, "", whole);
        else history.replaceState(kept, "", whole);
      });
      written = isWritten ? null : hash;
    },
    onChange: (call) =>
      view.addEventListener("hashchange", () => {
        written = null;
        call();
      }),
  };
}

/** Whether another page is around ours that is not TensorBoard's. */
export function isFramed(): boolean {
  return heldPage !== null && parent !== window;
}

/** What the browser keeps for us, where it does so at all. */
export const storage = {
  get(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key: string, value: string): void {
    reachable(() => localStorage.setItem(key, value));
  },
};

function reachable(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
