/** Charts on exported pictures: how often values occur, and lines over the steps. */

import { format, ticks } from "../../drawing/legend";
import { across, alone, axesOf, down, type Point, pathOf } from "../../drawing/plot";
import type { Rectangle, Size } from "../../numbers/layout";
import type { Histogram } from "../../numbers/statistics";
import { STYLES } from "./placed";
import type { SheetDrawing } from "./sheet";
import { fontOf } from "./sheet_drawing";

/** A line; `y` is null where a value is not finite. */
export interface ChartLine {
  points: readonly Point[];
  dashed: boolean;
}

/** A chart, and the room for the numbers at its axes, in CSS pixels. */
const SIZE: Size = { width: 480, height: 150 };
const ROOM = { left: 56, right: 12, top: 8, bottom: 20 };
const FRAME: Rectangle = {
  x: ROOM.left,
  y: ROOM.top,
  width: SIZE.width - ROOM.left - ROOM.right,
  height: SIZE.height - ROOM.top - ROOM.bottom,
};
/** How many numbers are at an axis, about. */
const TICKS = { x: 6, y: 4 };

type Pen = CanvasRenderingContext2D;

/** A drawing in CSS pixels, wherever it is placed. */
function chart(page: CSSStyleDeclaration, draw: (pen: Pen) => void): SheetDrawing {
  return {
    kind: "drawing",
    size: SIZE,
    draw: (pen, { x, y }, ratio) => {
      pen.save();
      pen.translate(x, y);
      pen.scale(ratio, ratio);
      pen.font = fontOf(STYLES.tick, page, 1);
      pen.fillStyle = page.getPropertyValue("--quiet");
      pen.strokeStyle = page.getPropertyValue("--line");
      draw(pen);
      pen.restore();
    },
  };
}

function write(pen: Pen, words: string, x: number, y: number, align: CanvasTextAlign): void {
  pen.textAlign = align;
  pen.fillText(words, x, y);
}

function line(pen: Pen, x1: number, y1: number, x2: number, y2: number): void {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

const BOTTOM = FRAME.y + FRAME.height;
const RIGHT = FRAME.x + FRAME.width;

/** How often values occur. */
export function histogramDrawing(
  { counts, limits }: Histogram,
  page: CSSStyleDeclaration,
): SheetDrawing {
  return chart(page, (pen) => {
    const most = Math.max(...counts);
    const wide = FRAME.width / counts.length;
    counts.forEach((count, bin) => {
      // What occurs at all is seen.
      const height = count ? Math.max(1, (FRAME.height * count) / most) : 0;
      pen.fillRect(FRAME.x + bin * wide, BOTTOM - height, Math.max(0.5, wide - 1), height);
    });
    line(pen, FRAME.x, BOTTOM, RIGHT, BOTTOM);
    write(pen, format(most), FRAME.x - 6, FRAME.y + 8, "right");
    write(pen, "0", FRAME.x - 6, BOTTOM, "right");
    const { low, high } = limits;
    for (const value of ticks(limits, TICKS.x)) {
      const share = high > low ? (value - low) / (high - low) : 0.5 / counts.length;
      write(pen, format(value), FRAME.x + FRAME.width * share, BOTTOM + 15, "center");
    }
  });
}

/** Lines over the steps; a cross at the bottom where a value is not finite. */
export function linesDrawing(
  lines: readonly ChartLine[],
  marked: number,
  page: CSSStyleDeclaration,
): SheetDrawing {
  return chart(page, (pen) => {
    const axes = axesOf(lines.map(({ points }) => points));
    if (!axes) {
      write(pen, "No value is finite.", FRAME.x, FRAME.y + 12, "left");
      return;
    }
    for (const value of ticks(axes.y, TICKS.y)) {
      const y = down(axes, FRAME, value);
      line(pen, FRAME.x, y, RIGHT, y);
      write(pen, format(value), FRAME.x - 6, y + 4, "right");
    }
    for (const value of ticks(axes.x, TICKS.x).filter(Number.isInteger)) {
      write(pen, format(value), across(axes, FRAME, value), BOTTOM + 15, "center");
    }
    pen.strokeStyle = page.getPropertyValue("--accent");
    const now = across(axes, FRAME, marked);
    line(pen, now, FRAME.y, now, BOTTOM);
    pen.strokeStyle = page.getPropertyValue("--ink");
    pen.fillStyle = page.getPropertyValue("--ink");
    pen.lineWidth = 2;
    for (const { points, dashed } of lines) {
      pen.setLineDash(dashed ? [4, 3] : []);
      pen.stroke(new Path2D(pathOf(axes, FRAME, points)));
      for (const { x, y } of alone(points)) {
        pen.beginPath();
        pen.arc(across(axes, FRAME, x), down(axes, FRAME, y), 3, 0, 2 * Math.PI);
        pen.fill();
      }
      for (const { x, y } of points) {
        if (y === null) write(pen, "×", across(axes, FRAME, x), BOTTOM - 2, "center");
      }
    }
  });
}
