/** What is drawn in the cells of exported pictures. */

import type { Maps } from "../../numbers/decode";
import { type CellBounds, matrixLayout } from "../../numbers/matrix";
import { type Alignment, zoomedRegion } from "../../numbers/receptive_field";
import { drawPicture, pixelsOf } from "../pictures/canvas";
import { drawChannel } from "../pictures/map_drawing";
import { AXIS, type PaintedMatrix, paintMatrix } from "../pictures/matrix_painting";
import { laidOn } from "../pictures/overlay";
import type { Paint } from "../pictures/paint";
import { LABEL, largest, STYLES } from "./placed";
import type { SheetCell, SheetDrawing } from "./sheet";
import { fontOf, measuring } from "./sheet_drawing";

interface MapExtras {
  /** Of units, the values for other inputs too. */
  beside?: readonly Maps[];
  /** Whether class tokens are drawn beside the label, which is above it then. */
  hasLabelAbove?: boolean;
}

/** A feature map. */
export function mapCell(
  maps: Maps,
  channel: number,
  paint: Paint,
  label: string,
  { beside = [], hasLabelAbove = false }: MapExtras = {},
): SheetCell {
  return {
    values: maps,
    bars: 1 + beside.length,
    label,
    draw: (context, { x, y, width, height }, ratio) => {
      const above = hasLabelAbove && maps.apart ? Math.round(LABEL * ratio) : 0;
      const image = context.getImageData(x, y - above, width, above + height);
      const cell = { x: 0, y: above, width, height };
      drawChannel(pixelsOf(image), cell, { maps, beside, channel, paint, label: above });
      context.putImageData(image, x, y - above);
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

interface NumbersTable {
  rows: readonly string[];
  columns: readonly string[];
  text: (row: number, column: number) => string;
  /** Null where there is no number. */
  colours: (row: number, column: number) => { background: string; ink: string } | null;
}

/** Height of a line, the least width of a column, and room beside a text, in CSS pixels. */
const NUMBER = { line: 24, least: 72, beside: 8 };

/** Numbers on their colours, with the names of rows and columns. */
export function numbersDrawing(table: NumbersTable, page: CSSStyleDeclaration): SheetDrawing {
  const { rows, columns, text, colours } = table;
  const wide = measuring(page);
  const widest = (texts: readonly string[]) =>
    Math.ceil(largest(texts.map((one) => wide(one, STYLES.facts)))) + 2 * NUMBER.beside;
  const gutter = widest(rows);
  const numbers = rows.flatMap((_, row) => columns.map((_, column) => text(row, column)));
  const pitch = Math.max(NUMBER.least, widest([...columns, ...numbers]));
  const size = {
    width: gutter + columns.length * pitch,
    height: (rows.length + 1) * NUMBER.line,
  };
  return {
    kind: "drawing",
    size,
    draw: (context, area, ratio) => {
      const at = (column: number, row: number) => ({
        x: area.x + Math.round((gutter + column * pitch) * ratio),
        y: area.y + Math.round((row + 1) * NUMBER.line * ratio),
      });
      context.font = fontOf(STYLES.facts, page, ratio);
      context.textBaseline = "middle";
      const write = (words: string, x: number, y: number, colour: string) => {
        context.fillStyle = colour;
        context.fillText(words, x, y + (NUMBER.line * ratio) / 2);
      };
      const [ink, quiet] = ["--ink", "--quiet"].map((name) => page.getPropertyValue(name));
      context.textAlign = "left";
      rows.forEach((name, row) => {
        write(name, area.x, at(0, row).y, ink!);
      });
      context.textAlign = "center";
      const middle = (pitch * ratio) / 2;
      columns.forEach((name, column) => {
        const { x, y } = at(column, -1);
        write(name, x + middle, y, ink!);
      });
      for (const row of rows.keys()) {
        for (const column of columns.keys()) {
          const { x, y } = at(column, row);
          const end = at(column + 1, row + 1);
          const cell = colours(row, column);
          if (cell) {
            context.fillStyle = cell.background;
            context.fillRect(x, y, end.x - x - ratio, end.y - y - ratio);
          }
          write(text(row, column), x + middle, y, cell?.ink ?? quiet!);
        }
      }
      context.textBaseline = "alphabetic";
    },
  };
}
