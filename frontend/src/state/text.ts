/** What an address and a field hold as text. */

/** Undoes the percent-encoding; null where that is junk. */
export function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Reads a finite number; null where the text is not one. */
export function numberIn(text: string): number | null {
  const number = text.trim() ? Number(text) : NaN;
  return Number.isFinite(number) ? number : null;
}
