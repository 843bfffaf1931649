/** What is drawn in the cells of exported pictures. */

import { drawMap } from "../../drawing/pixels";
import type { Maps } from "../../numbers/decode";
import { type CellBounds, matrixLayout } from "../../numbers/matrix";
import { type Alignment, zoomedRegion } from "../../numbers/receptive_field";
import { drawPicture, pixelsOf } from "../pictures/canvas";
import { AXIS, type PaintedMatrix, paintMatrix } from "../pictures/matrix_painting";
import { laidOn } from "../pictures/overlay";
import type { Paint } from "../pictures/paint";
import type { SheetCell, SheetDrawing } from "./sheet";

/** A feature map. */
export function mapCell(maps: Maps, channel: number, paint: Paint, label: string): SheetCell {
  const { scale, table, smooth } = paint;
  return {
    values: maps,
    label,
    draw: (context, { x, y, width, height }) => {
      const image = context.createImageData(width, height);
      const cell = { x: 0, y: 0, width, height };
      drawMap(pixelsOf(image), cell, maps, channel, scale(channel), table, { smooth });
      context.putImageData(image, x, y);
    },
  };
}

/** Says why there is no feature map. */
export function absentCell(reason: string): SheetCell {
  return { values: { width: 1, height: 1 }, label: reason, draw: null };
}

/** The picture of an input. */
export function pictureCell(picture: Maps): SheetCell {
  return {
    values: picture,
    fills: true,
    label: "",
    draw: (context, { x, y, width, height }) => {
      const whole = document.createElement("canvas");
      [whole.width, whole.height] = [picture.width, picture.height];
      drawPicture(whole, picture);
      context.imageSmoothingEnabled = width < picture.width;
      context.drawImage(whole, x, y, width, height);
    },
  };
}

interface LaidMap {
  maps: Maps;
  channel: number;
  paint: Paint;
  picture: Maps;
  alignment: Alignment;
  opacity: number;
}

/** A feature map on the picture of its input. */
export function laidCell(laid: LaidMap, label: string): SheetCell {
  const { maps, channel, paint, picture, alignment, opacity } = laid;
  return {
    values: picture,
    fills: true,
    label,
    draw: (context, { x, y, width, height }) => {
      const cell = zoomedRegion(alignment, width / picture.width);
      const image = laidOn(picture, maps, channel, paint, { width, height }, cell, opacity);
      if (image) context.putImageData(image, x, y);
    },
  };
}

/** The room for a matrix, and for the names of its rows, in CSS pixels. */
const [ROOM, NAME] = [
  { width: 900, height: 640 },
  { character: 6.5, least: 116, most: 240 },
];

/** Width of the line around all cells. */
const EDGE = 1;

/** A matrix with names along its axes. */
export function matrixDrawing(
  painted: Omit<PaintedMatrix, "chosen" | "gutter">,
  sides: CellBounds,
  page: CSSStyleDeclaration,
): SheetDrawing {
  const { matrix, rowName } = painted;
  const longest = Math.max(
    ...Array.from({ length: matrix.rows }, (_, row) => rowName(row).length),
  );
  const gutter = Math.min(Math.max(longest * NAME.character + 10, NAME.least), NAME.most);
  const { width, height } = matrixLayout(matrix, ROOM.width, ROOM.height, sides);
  const size = { width: gutter + width + EDGE, height: EDGE + height + AXIS };
  return {
    kind: "drawing",
    size,
    draw: (context, cell, ratio) => {
      const canvas = document.createElement("canvas");
      const edge = EDGE * ratio;
      [canvas.width, canvas.height] = [cell.width, cell.height - edge];
      const layout = scaledLayout(matrixLayout(matrix, ROOM.width, ROOM.height, sides), ratio);
      const chosen = { row: null, column: null };
      const props = { ...painted, chosen, gutter };
      paintMatrix(canvas, props, layout, { x: 0, y: 0 }, ratio, null, page);
      context.drawImage(canvas, cell.x, cell.y + edge);
      // The other lines around all cells are on that canvas.
      context.fillStyle = page.getPropertyValue("--frame");
      context.fillRect(
        cell.x + Math.round(gutter * ratio) - edge,
        cell.y,
        layout.width + 2 * edge,
        edge,
      );
    },
  };
}

function scaledLayout(layout: ReturnType<typeof matrixLayout>, ratio: number) {
  const { cellWidth, cellHeight, gap, width, height } = layout;
  return {
    ...layout,
    cellWidth: cellWidth * ratio,
    cellHeight: cellHeight * ratio,
    gap: gap * ratio,
    width: width * ratio,
    height: height * ratio,
  };
}
