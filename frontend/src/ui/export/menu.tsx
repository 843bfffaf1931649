import { useEffect, useRef, useState } from "preact/hooks";
import { state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { useDismissal } from "../hooks/dismissal";
import { Status, useStatus } from "../parts/status";
import { copy, copyLink, saveView } from "./exports";
import { pythonOf } from "./scripts";
import { fileWords } from "./view_files";

/** What can be taken along: pictures, numbers, Python. */
export function ExportMenu() {
  const [busy, setBusy] = useState("");
  const [reason, setReason] = useState("");
  const [said, say] = useStatus();
  const menu = useRef<HTMLDetailsElement>(null);
  useDismissal(menu);
  const run = (name: string, task: () => Promise<void>) => async () => {
    if (busy) return;
    setBusy(name);
    setReason("");
    try {
      await task();
      say(name === "Link" ? "The address is copied." : "");
      if (menu.current) menu.current.open = false;
    } catch (error) {
      setReason((error as Error).message);
    }
    setBusy("");
  };
  const words = fileWords(state.value);
  const items: { name: string; what: string; task: (() => Promise<void>) | null }[] = [
    { name: "PNG", what: words.png, task: () => saveView("png") },
    words.still === null
      ? { name: "GIF", what: words.gif, task: () => saveView("gif") }
      : { name: "GIF", what: `not for this view: ${words.still}`, task: null },
    { name: "NPZ", what: words.npz, task: () => saveView("npz") },
    { name: "CSV", what: words.csv, task: () => saveView("csv") },
    {
      name: "Python",
      what: "code that draws this view from what was logged",
      task: async () => {
        viewState.script.value = await pythonOf();
      },
    },
    { name: "Link", what: "the address of this view", task: copyLink },
  ];
  return (
    <>
      <details class="menu exports" ref={menu}>
        <summary role="button" aria-keyshortcuts="e" title="Save or copy what is shown (e)">
          Export
        </summary>
        <div>
          {items.map(({ name, what, task }) => (
            <button
              key={name}
              type="button"
              disabled={busy !== "" || task === null}
              onClick={task ? run(name, task) : undefined}
            >
              <b>{busy === name ? `${name} …` : name}</b> {what}
            </button>
          ))}
          {reason && (
            <p class="failed" role="alert">
              {reason}
            </p>
          )}
        </div>
      </details>
      <span class="noted">
        <Status words={said} />
      </span>
      <PythonDialog />
    </>
  );
}

function PythonDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState("");
  const script = viewState.script.value;
  const text = script?.code ?? "";
  useEffect(() => {
    if (script) dialog.current?.showModal();
    else dialog.current?.close();
    setCopied("");
  }, [script]);
  return (
    <dialog ref={dialog} aria-label="Python" onClose={() => (viewState.script.value = null)}>
      <h2>Python</h2>
      <ul class="quiet" data-name="differences">
        {script?.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <button
        type="button"
        onClick={async () =>
          setCopied((await copy(text)) ? "Copied." : "Select the text and copy it by hand.")
        }
      >
        Copy
      </button>{" "}
      <button type="button" onClick={() => (viewState.script.value = null)}>
        Close
      </button>{" "}
      <span role="status">{copied}</span>
      <pre data-name="python">
        <code>{text}</code>
      </pre>
    </dialog>
  );
}

/** Open the menu, and go to its first entry. */
export function openExportMenu(): void {
  const menu = document.querySelector<HTMLDetailsElement>("details.menu.exports");
  if (!menu) return;
  menu.open = true;
  menu.querySelector("button")?.focus();
}
