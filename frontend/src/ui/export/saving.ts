/** Files that the browser saves. */

/** Save a file under a name that is safe anywhere. */
export function save(blob: Blob, parts: readonly (string | number)[], ending: string): void {
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
