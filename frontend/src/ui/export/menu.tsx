import { useEffect, useRef, useState } from "preact/hooks";
import { viewState } from "../../state/view_state";
import { useDismissal } from "../hooks/dismissal";
import { Status, useStatus } from "../parts/status";
import { copy, copyLink, saveCsv, saveGif, saveNpz, savePng } from "./exports";
import { pythonOf } from "./scripts";

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
  const items: [string, string, () => Promise<void>][] = [
    ["PNG", "this view, as a picture", savePng],
    ["GIF", "the channels shown, over all kept steps on one scale", saveGif],
    ["NPZ", "the values of the channels shown, for NumPy", saveNpz],
    ["CSV", "the values of the channels shown, as a table", saveCsv],
    [
      "Python",
      "code that draws this view from what was logged",
      async () => {
        viewState.script.value = await pythonOf();
      },
    ],
    ["Link", "the address of this view", copyLink],
  ];
  return (
    <>
      <details class="menu exports" ref={menu}>
        <summary role="button" aria-keyshortcuts="e" title="Save or copy what is shown (e)">
          Export
        </summary>
        <div>
          {items.map(([name, what, task]) => (
            <button key={name} type="button" disabled={busy !== ""} onClick={run(name, task)}>
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
