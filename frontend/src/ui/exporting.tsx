import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { statisticsOf, orderingOf } from "../data/ordering";
import { chosenSeries, shown } from "../data/shown";
import { type Shown } from "../data/shown";
import { limitsOf, scalingOf } from "../data/scaling";
import { settled } from "../data/settled";
import { encodeGif } from "../drawing/gif";
import { encodeCsv, encodeNpy, encodeZip } from "../drawing/npy";
import { quantise } from "../drawing/palette";
import { type Limits, symmetric, union } from "../numbers/limits";
import { pythonOf } from "../state/python";
import { state } from "../state/store";
import { paintOf } from "./colours";
import { copy, save } from "./saving";
import { drawSheet } from "./sheet";

/** Seconds that each step of a GIF is shown. */
const BEAT = 0.4;

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
    ["PNG", "the channels shown, as a picture", savePng],
    ["GIF", "the channels shown, over all kept steps on one scale", saveGif],
    ["NPZ", "the values of the channels shown, for NumPy", saveNpz],
    ["CSV", "the values of the channels shown, as a table", saveCsv],
    ["Python", "code that reads and draws the same", showPython],
    ["Link", "the address of this view", copyLink],
  ];
  return (
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
      <Code />
    </details>
  );
}

async function current(): Promise<{ one: Shown; channels: number[] }> {
  const one = await settled(() => shown(state.value.a));
  return { one, channels: orderingOf(one, state.value).channels };
}

function named(one: Shown): (string | number)[] {
  return [one.run.run, one.header.layer.path, one.input.name, `step${one.place.step}`];
}

async function savePng(): Promise<void> {
  const { one, channels } = await current();
  const scaling = await settled(() => scalingOf([one], state.value.scale));
  const paint = paintOf(scaling, state.value);
  const canvas = drawSheet(one, channels, paint, scaling, getComputedStyle(document.body));
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (!blob) throw new Error("The browser made no PNG of the picture.");
  save(blob, named(one), "png");
}

async function saveGif(): Promise<void> {
  const { one, channels } = await current();
  const series = await settled(() => chosenSeries(state.value.a));
  const frames: Shown[] = [];
  for (const { step, unreadable } of series.steps) {
    if (unreadable !== null) throw new Error(`Step ${step} cannot be read: ${unreadable}`);
    const selection = { ...state.value.a, layer: one.header.layer.path, run: one.run.run, step };
    frames.push(await settled(() => shown(selection)));
  }
  let scaling = await settled(() => scalingOf(frames, state.value.scale));
  if (state.value.scale.mode === "layer") {
    const limits = frames.reduce<Limits | null>(
      (sum, frame) => union(sum, limitsOf(frame.maps)),
      null,
    ) ?? { low: 0, high: 1 };
    const found = state.value.scale.symmetric ? symmetric(limits) : limits;
    scaling = { limits: () => found, shared: true, words: "one scale for all steps" };
  }
  const paint = paintOf(scaling, state.value);
  const style = getComputedStyle(document.body);
  const pixels: Uint32Array[] = [];
  let size = { width: 0, height: 0 };
  for (const frame of frames) {
    const canvas = drawSheet(frame, channels, paint, scaling, style);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("The browser draws nothing.");
    size = { width: canvas.width, height: canvas.height };
    const { data } = context.getImageData(0, 0, size.width, size.height);
    pixels.push(new Uint32Array(data.buffer));
    // Let the page answer in between.
    await new Promise((resolve) => setTimeout(resolve));
  }
  const bytes = encodeGif(quantise(pixels), { ...size, delay: BEAT });
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/gif" });
  save(blob, [one.run.run, one.header.layer.path, one.input.name, "steps"], "gif");
}

async function saveNpz(): Promise<void> {
  const { one, channels } = await current();
  const { height, width, values } = one.maps;
  const last = new Float32Array(height * width * channels.length);
  channels.forEach((channel, i) => {
    for (let p = 0; p < height * width; p++) {
      last[p * channels.length + i] = values[channel * height * width + p]!;
    }
  });
  const zip = encodeZip([
    { name: "activations.npy", bytes: encodeNpy(last, [height, width, channels.length]) },
    { name: "channels.npy", bytes: encodeNpy(Float32Array.from(channels), [channels.length]) },
  ]);
  save(new Blob([zip as Uint8Array<ArrayBuffer>]), named(one), "npz");
}

async function saveCsv(): Promise<void> {
  const { one, channels } = await current();
  save(new Blob([encodeCsv(one.maps, channels)], { type: "text/csv" }), named(one), "csv");
}

async function showPython(): Promise<void> {
  const { one, channels } = await current();
  const scaling = await settled(() => scalingOf([one], state.value.scale));
  const all = statisticsOf(one.maps).length === channels.length && channels.every((c, i) => c === i);
  code.value = pythonOf({
    logDir: await logDir(),
    run: one.run.run,
    layer: one.header.layer.path,
    step: one.place.step,
    input: one.input.name,
    channels: all ? null : channels,
    limits: scaling.shared ? scaling.limits(0) : null,
    gamma: state.value.scale.gamma,
    shape: one.input.shape,
  });
}

/** Where TensorBoard reads from, or what everybody calls it. */
async function logDir(): Promise<string> {
  try {
    const response = await fetch("../../environment");
    const { data_location: place } = (await response.json()) as { data_location?: unknown };
    return typeof place === "string" && place ? place : "runs";
  } catch {
    return "runs";
  }
}

async function copyLink(): Promise<void> {
  const link = (parent ?? window).location.href;
  if (!(await copy(link))) throw new Error(`The browser lets nothing be copied: ${link}`);
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
