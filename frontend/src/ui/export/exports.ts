/** What the menu of exports makes, and how the browser saves it. */

import { domToCanvas } from "modern-screenshot";
import { orderingOfLayer } from "../../data/layer_order";
import { orderWords } from "../../data/order_words";
import { type ChosenLayer, chosenLayer, loggedOrRemoved } from "../../data/pairs";
import { andThen, whenReady } from "../../data/queries";
import { chosenSeries, present, type ShownRecord, shownRecord } from "../../data/records";
import { centred, limitsOf, type Scaling, scalingOf } from "../../data/scaling";
import { encodeGif } from "../../drawing/gif";
import { encodeCsv, encodeNpy, encodeNpyText, encodeZip } from "../../drawing/npy";
import { quantise } from "../../drawing/palette";
import { type Maps, valueAt } from "../../numbers/decode";
import { type Limits, union } from "../../numbers/limits";
import { state } from "../../state/store";
import { pixelsOf } from "../pictures/canvas";
import { paintOf } from "../pictures/paint";
import { drawSheet } from "./sheet";

/** Seconds that each step of a GIF is shown. */
const BEAT = 0.4;

/** What is shown, as it is now. */
interface Current extends ChosenLayer {
  channels: number[];
}

async function current(): Promise<Current> {
  const layer = await whenReady(() => chosenLayer(state.value));
  return { ...layer, channels: orderingOfLayer(layer, state.value).channels };
}

/** The parts of the name of a file. */
function named({ record, removed }: ChosenLayer, moment?: string): (string | number)[] {
  const { run, header, input, address } = record;
  const what = removed ? ["removed"] : [];
  const step = moment ?? `step${address.step}`;
  // A table has no room for words that say so.
  const order = state.value.sort.by === "box" ? ["by_box"] : [];
  return [run.run, header.layer.path, ...what, input.name, step, ...order];
}

/** Save the view as a picture; of the grid, all channels and not only those in sight. */
export async function savePng(): Promise<void> {
  const now = await current();
  const { record, channels } = now;
  const canvas = state.value.view === "grid" ? await sheet(record, channels) : await seen();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (!blob) throw new Error("The browser could not make a PNG.");
  save(blob, [state.value.view, ...named(now)], "png");
}

async function sheet(record: ShownRecord, channels: number[]): Promise<HTMLCanvasElement> {
  const scaling = await whenReady(() => scalingOf([record], state.value.scale));
  const style = getComputedStyle(document.body);
  return drawSheet(
    record,
    channels,
    paintOf(scaling, state.value),
    scaling,
    style,
    orderWords(state.value),
  );
}

/** The view as it is on the screen. */
function seen(): Promise<HTMLCanvasElement> {
  const view = document.querySelector("main");
  if (!view) throw new Error("There is nothing to save yet.");
  const page = getComputedStyle(document.body);
  return domToCanvas(view, { backgroundColor: page.backgroundColor, font: false });
}

/** What is shown of a record, at each step that was kept. */
async function atEachStep(record: ShownRecord): Promise<ShownRecord[]> {
  const series = await whenReady(() => chosenSeries(present(state.value.a)));
  const records: ShownRecord[] = [];
  for (const { step, unreadable } of series.steps) {
    if (unreadable !== null) throw new Error(`Step ${step} cannot be read: ${unreadable}`);
    const { run, header } = record;
    const selection = { ...state.value.a, layer: header.layer.path, run: run.run, step };
    const layer = await whenReady(() =>
      andThen(shownRecord(selection), (found) => loggedOrRemoved(found, state.value)),
    );
    records.push(layer.record);
  }
  return records;
}

/** One scale for several steps of a layer. */
async function scalingOfSteps(records: readonly ShownRecord[]): Promise<Scaling> {
  const { scale } = state.value;
  const scaling = await whenReady(() => scalingOf(records, scale));
  if (scale.mode !== "layer" && scale.mode !== "auto") return scaling;
  const limits = centred(
    records.reduce<Limits | null>((sum, { maps }) => union(sum, limitsOf(maps)), null),
    scale,
  );
  return { limits: () => limits, shared: true, words: "one scale for all steps" };
}

/** Save the channels shown over all kept steps, on one scale. */
export async function saveGif(): Promise<void> {
  const now = await current();
  const records = await atEachStep(now.record);
  const scaling = await scalingOfSteps(records);
  const paint = paintOf(scaling, state.value);
  const style = getComputedStyle(document.body);
  const pixels: Uint32Array[] = [];
  let size = { width: 0, height: 0 };
  for (const record of records) {
    const canvas = drawSheet(
      record,
      now.channels,
      paint,
      scaling,
      style,
      orderWords(state.value),
    );
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("The browser cannot draw pictures.");
    size = { width: canvas.width, height: canvas.height };
    pixels.push(pixelsOf(context.getImageData(0, 0, size.width, size.height)).pixels);
    // Let the page answer in between.
    await new Promise((resolve) => setTimeout(resolve));
  }
  const bytes = encodeGif(quantise(pixels), { ...size, delay: BEAT });
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/gif" });
  save(blob, named(now, "steps"), "gif");
}

/** The class tokens of the channels shown, (tokens, C), which are no part of their maps. */
function classTokens({ apart }: Maps, channels: readonly number[]) {
  if (!apart) return [];
  const tokens = Array.from({ length: apart.width }, (_, column) =>
    channels.map((channel) => valueAt(apart, { channel, row: 0, column })),
  );
  const bytes = encodeNpy(Float32Array.from(tokens.flat()), [apart.width, channels.length]);
  return [{ name: "class_tokens.npy", bytes }];
}

/** Save the values of the channels shown, (H, W, C), their numbers, and what they are. */
export async function saveNpz(): Promise<void> {
  const now = await current();
  const { channels } = now;
  const { maps, run, header, input, address } = now.record;
  const { height, width, values } = maps;
  const channelsLast = new Float32Array(height * width * channels.length);
  channels.forEach((channel, i) => {
    for (let p = 0; p < height * width; p++) {
      channelsLast[p * channels.length + i] = values[channel * height * width + p]!;
    }
  });
  const zip = encodeZip([
    {
      name: "activations.npy",
      bytes: encodeNpy(channelsLast, [height, width, channels.length]),
    },
    { name: "channels.npy", bytes: encodeNpy(integers(channels), [channels.length]) },
    ...classTokens(maps, channels),
    { name: "step.npy", bytes: encodeNpy(integers([address.step]), []) },
    { name: "run.npy", bytes: encodeNpyText(run.run) },
    { name: "layer.npy", bytes: encodeNpyText(header.layer.path) },
    { name: "input.npy", bytes: encodeNpyText(input.name) },
    { name: "order.npy", bytes: encodeNpyText(orderWords(state.value) ?? "by number") },
    { name: "values.npy", bytes: encodeNpyText(now.removed ? "removed" : "logged") },
  ]);
  save(new Blob([zip as Uint8Array<ArrayBuffer>]), named(now), "npz");
}

function integers(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}

/** Save the values of the channels shown as a table. */
export async function saveCsv(): Promise<void> {
  const now = await current();
  const table = encodeCsv(now.record.maps, now.channels);
  save(new Blob([table], { type: "text/csv" }), named(now), "csv");
}

/** Copy the address of the view. */
export async function copyLink(): Promise<void> {
  const link = (parent ?? window).location.href;
  if (!(await copy(link)))
    throw new Error(`The browser does not allow copying. Copy this: ${link}`);
}

/** Save a file under a name that is safe anywhere. */
function save(blob: Blob, parts: readonly (string | number)[], ending: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName(parts, ending);
  link.click();
  // The download has begun by then, and holds what it needs.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A file name of names that may hold anything. */
function fileName(parts: readonly (string | number)[], ending: string): string {
  const name = parts
    .map((part) =>
      String(part)
        .replace(/[^A-Za-z0-9_-]+/g, "_")
        .slice(0, 60),
    )
    .filter(Boolean)
    .join("-");
  return `${name || "activations"}.${ending}`;
}

/** Put text on the clipboard; whether that was possible. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
