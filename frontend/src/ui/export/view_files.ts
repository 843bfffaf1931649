/** The files that each view can be saved as. */

import { known, whenReady } from "../../data/queries";
import { chosenRecord, chosenSeries, present } from "../../data/records";
import { encodeCsv } from "../../drawing/csv";
import { encodeGif } from "../../drawing/gif";
import { encodeNpz } from "../../drawing/npy";
import { quantise } from "../../drawing/palette";
import type { State, View } from "../../state/state";
import { pixelsOf } from "../pictures/canvas";
import { CHANNEL } from "./channel";
import { COMPARE } from "./compare";
import type { FileWords, ViewContent } from "./content";
import { GRID } from "./grid";
import { INPUTS } from "./inputs";
import { MULTIPLES } from "./multiples";
import type { Placed } from "./placed";
import { RUNS } from "./runs";
import type { Sheet } from "./sheet";
import { drawSheet, measuring } from "./sheet_drawing";
import { layOut } from "./sheet_layout";
import { TRAINING } from "./training";

/** How many pixels a CSS pixel has in a picture, and in a moving one. */
const [STILL, MOVING] = [2, 1];
/** Seconds that each step of a moving picture is shown. */
const BEAT = 0.4;

/** A file, and the parts of its name. */
export interface NamedFile {
  blob: Blob;
  nameParts: readonly (string | number)[];
}

/** Makes the files of a view. */
interface FileMaker {
  png: (chosen: State) => Promise<NamedFile>;
  gif: (chosen: State) => Promise<NamedFile>;
  npz: (chosen: State) => Promise<NamedFile>;
  csv: (chosen: State) => Promise<NamedFile>;
  words: (chosen: State) => FileWords;
}

const MAKERS: { [view in View]: FileMaker } = {
  grid: fileMaker(GRID),
  channel: fileMaker(CHANNEL),
  compare: fileMaker(COMPARE),
  multiples: fileMaker(MULTIPLES),
  inputs: fileMaker(INPUTS),
  training: fileMaker(TRAINING),
  runs: fileMaker(RUNS),
};

export type FileKind = "png" | "gif" | "npz" | "csv";

/** Make a file of the view that is chosen. */
export function fileOf(kind: FileKind, chosen: State): Promise<NamedFile> {
  return MAKERS[chosen.view][kind](chosen);
}

/** What each file of a view holds, in words; and why there is no moving picture, if so. */
export function fileWords(chosen: State): { [kind in FileKind]: string } & {
  still: string | null;
} {
  const { picture, numbers, still } = MAKERS[chosen.view].words(chosen);
  const steps = known(chosenSeries(present(chosen.a)))?.steps.length;
  return {
    png: `${picture}, as a picture`,
    gif: `${picture}, over all kept steps on one scale`,
    npz: `${numbers}, for NumPy`,
    csv: `${numbers}, as a table`,
    still: still ?? (steps === 1 ? "there is only one step" : null),
  };
}

/** Makes the files of a view from what it holds. */
function fileMaker<Content>(view: ViewContent<Content>): FileMaker {
  const file = (
    content: Content,
    chosen: State,
    parts: readonly BlobPart[],
    type: string,
  ): NamedFile => ({
    blob: new Blob([...parts], { type }),
    nameParts: view.nameParts(content, chosen),
  });
  const now = (chosen: State) => whenReady(() => view.of(chosen, null));
  return {
    words: view.words,
    png: async (chosen) => {
      const content = await now(chosen);
      const page = pageStyle();
      const [sheet] = await whenReady(() => view.sheets([content], chosen, page));
      const placed = layOut(sheet!, measuring(page), STILL, view.fewer);
      const blob = await pngOf(drawSheet(placed, page, STILL));
      return { blob, nameParts: [chosen.view, ...view.nameParts(content, chosen)] };
    },
    gif: async (chosen) => {
      const content = await now(chosen);
      const moments = await atEachStep(view, content, chosen);
      const page = pageStyle();
      const sheets = await whenReady(() => view.sheets(moments, chosen, page));
      const bytes = await framesOf(sheets, page, view.fewer);
      const nameParts = view
        .nameParts(content, chosen)
        .filter((part) => !/^step\d+$/.test(`${part}`));
      return {
        blob: new Blob([bytes as BlobPart], { type: "image/gif" }),
        nameParts: [chosen.view, ...nameParts, "steps"],
      };
    },
    npz: async (chosen) => {
      const content = await now(chosen);
      const bytes = encodeNpz(view.arrays(content, chosen));
      return file(content, chosen, [bytes as BlobPart], "application/zip");
    },
    csv: async (chosen) => {
      const content = await now(chosen);
      return file(content, chosen, [encodeCsv(view.table(content, chosen))], "text/csv");
    },
  };
}

function pageStyle(): CSSStyleDeclaration {
  return getComputedStyle(document.body);
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (!blob) throw new Error("The browser could not make a PNG.");
  return blob;
}

/** What a view holds at each step that was kept. */
async function atEachStep<Content>(
  view: ViewContent<Content>,
  like: Content,
  chosen: State,
): Promise<Content[]> {
  const selection = present(chosen.a);
  const series = await whenReady(() => chosenSeries(selection));
  const record = await whenReady(() => chosenRecord(selection));
  const moments: Content[] = [];
  for (const { step, unreadable } of series.steps) {
    if (unreadable !== null) throw new Error(`Step ${step} cannot be read: ${unreadable}`);
    const a = { ...selection, run: record.run.run, layer: record.header.layer.path, step };
    moments.push(await whenReady(() => view.of({ ...chosen, a }, like)));
  }
  return moments;
}

/** A moving picture of sheets, which are as large as the largest of them. */
async function framesOf(
  sheets: readonly Sheet[],
  page: CSSStyleDeclaration,
  fewer: string,
): Promise<Uint8Array> {
  const words = measuring(page);
  const placed: Placed[] = sheets.map((sheet) => layOut(sheet, words, MOVING, fewer));
  const size = {
    width: Math.max(...placed.map(({ width }) => width)),
    height: Math.max(...placed.map(({ height }) => height)),
  };
  const frames: Uint32Array[] = [];
  const whole = { width: 0, height: 0 };
  for (const one of placed) {
    const canvas = drawSheet(one, page, MOVING, size);
    [whole.width, whole.height] = [canvas.width, canvas.height];
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("The browser cannot draw pictures.");
    frames.push(pixelsOf(context.getImageData(0, 0, whole.width, whole.height)).pixels);
    // Let the page answer in between.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return encodeGif(quantise(frames), { ...whole, delay: BEAT });
}
