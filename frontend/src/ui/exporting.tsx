import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { copyLink, python, saveCsv, saveGif, saveNpz, savePng } from "./exports";
import { copy } from "./saving";

/** The Python that is shown, or nothing. */
const code = signal<string | null>(null);

/** What can be taken along: pictures, numbers, Python. */
export function Export() {
  const [busy, setBusy] = useState("");
  const [reason, setReason] = useState("");
  const menu = useRef<HTMLDetailsElement>(null);
  const run = (name: string, task: () => Promise<void>) => async () => {
    if (busy) return;
    setBusy(name);
    setReason("");
    try {
      await task();
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
      "code that reads and draws the same",
      async () => {
        code.value = await python();
      },
    ],
    ["Link", "the address of this view", copyLink],
  ];
  return (
    <>
      <details class="menu" ref={menu}>
        <summary role="button">Export</summary>
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
      <Code />
    </>
  );
}

function Code() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState("");
  const text = code.value;
  useEffect(() => {
    if (text !== null) dialog.current?.showModal();
    else dialog.current?.close();
    setCopied("");
  }, [text]);
  return (
    <dialog ref={dialog} aria-label="Python" onClose={() => (code.value = null)}>
      <h2>Python</h2>
      <pre data-name="python">
        <code>{text}</code>
      </pre>
      <button
        type="button"
        onClick={async () =>
          setCopied((await copy(text ?? "")) ? "Copied." : "Select the text and copy it by hand.")
        }
      >
        Copy
      </button>{" "}
      <button type="button" onClick={() => (code.value = null)}>
        Close
      </button>{" "}
      <span role="status">{copied}</span>
    </dialog>
  );
}
