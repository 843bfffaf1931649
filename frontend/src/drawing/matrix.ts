/** Matrices -> pixels. */

import type { Matrix, MatrixLayout } from "../numbers/matrix";
import { inSight } from "../numbers/row_layout";
import type { Colouring } from "./colouring";
import type { PixelTarget } from "./target";

/**
 * Draw the cells that are in sight once the matrix is moved left by `x` and up by `y`.
 *
 * What is missing, and the gap below each row, stay as they were.
 */
export function drawMatrix(
  target: PixelTarget,
  matrix: Matrix,
  layout: MatrixLayout,
  { x, y }: { x: number; y: number },
  colour: (row: number) => Colouring,
): void {
  const { pixels, width } = target;
  const { cellWidth, cellHeight, gap } = layout;
  const height = Math.floor(pixels.length / width);
  const across = inSight(matrix.columns, cellWidth, x, width);
  const down = inSight(matrix.rows, cellHeight, y, height);
  const colours = new Uint32Array(across.end - across.first);
  for (let row = down.first; row < down.end; row++) {
    const start = row * matrix.columns + across.first;
    colour(row)(matrix.values, start, colours);
    const top = Math.max(row * cellHeight - y, 0);
    const bottom = Math.min((row + 1) * cellHeight - gap - y, height);
    for (let i = 0; i < colours.length; i++) {
      if (matrix.missing[start + i]) continue;
      const left = (across.first + i) * cellWidth - x;
      const [from, to] = [Math.max(left, 0), Math.min(left + cellWidth, width)];
      for (let line = top; line < bottom; line++) {
        pixels.fill(colours[i]!, line * width + from, line * width + to);
      }
    }
  }
}
