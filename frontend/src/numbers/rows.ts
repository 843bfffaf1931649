/** Where feature maps are that stand in rows of so many columns. */

import { type GridLayout, gridLayout } from "./layout";

/** How many rows are to be in sight at once in "fit", if that leaves maps large enough. */
const IN_SIGHT = 2;
/** How large a map and a value become at most in "fit", in CSS pixels. */
const ENOUGH = 240;
const LARGEST_VALUE = 32;

/**
 * Lay maps out in rows, whatever room they take.
 *
 * Without a zoom they fill the width, as far as some rows remain in sight, and are never
 * smaller than `usual` CSS pixels. `ratio` is how many pixels one of those has.
 */
export function rowsLayout(
  { width, height }: { width: number; height: number },
  rows: number,
  columns: number,
  zoom: number | null,
  room: { width: number; height: number },
  gap: number,
  usual: number,
  ratio = 1,
): GridLayout {
  const chosen = zoom ?? fit();
  const lay = (count: number, wide: number) =>
    gridLayout(count, width, height, wide, chosen, gap);
  return lay(rows * columns, columns * (lay(1, 1).cellWidth + gap) - gap);

  function fit(): number {
    const across = ((room.width + gap) / columns - gap) / width;
    const down = ((room.height + gap) / IN_SIGHT - gap) / height;
    const most = (ENOUGH * ratio) / Math.max(width, height);
    const least = (usual * ratio) / Math.max(width, height);
    const found = Math.max(Math.min(across, down, most), least);
    return found < 1 ? found : Math.min(Math.floor(found), Math.round(LARGEST_VALUE * ratio));
  }
}
