/** Saves what the menu of exports makes, and copies texts. */

import { state } from "../../state/store";
import { type FileKind, fileOf } from "./view_files";

/** Save the view as a file. */
export async function saveView(kind: FileKind): Promise<void> {
  const { blob, nameParts } = await fileOf(kind, state.value);
  save(blob, nameParts, kind);
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
