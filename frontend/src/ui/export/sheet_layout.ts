/** Where everything is on an exported picture, in CSS pixels. */

import { css, markColour } from "../../drawing/colours";
import { markWords, rampTicks, scaleWords } from "../../drawing/legend";
import { cellRectangle, type GridLayout, type Size } from "../../numbers/layout";
import { type FormedSize, mapsLayout } from "../../numbers/plot_layout";
import {
  APART,
  beside,
  EMPTY,
  GAP,
  LABEL,
  moved,
  type Placed,
  STYLES,
  stacked,
  text,
  type Words,
} from "./placed";
import type { Sheet, SheetCell, SheetDrawing, SheetLegend, SheetSection } from "./sheet";
import { layTable } from "./table_layout";

/** Widths that are tried, from the usual one on. */
const WIDTHS = [1200, 1800, 2700, 4000, 6000, 8000];
/** How many times as high as wide a sheet is at most, if it can be wider. */
const HIGHEST = 3;
/** Around everything, and below each other. */
const [MARGIN, BELOW] = [16, 16];
const RAMP = { width: 256, height: 10 };
const SWATCH = 9;
/** What a canvas can have: pixels along a side, and in all. */
const LARGEST = { side: 16_000, pixels: 2 ** 27 };

/** Where maps are on a sheet, or on `share` of its width. */
export function sheetLayout(count: number, maps: FormedSize, share = 1): GridLayout {
  return cellsLayout(count, maps, Math.floor((WIDTHS[0]! - 2 * MARGIN) * share));
}

function cellsLayout(count: number, maps: FormedSize, inside: number, bars = 1): GridLayout {
  const room = { availableWidth: inside, zoom: "fit", gap: GAP, label: LABEL, bars } as const;
  return mapsLayout(count, maps, room);
}

/**
 * Lay a sheet out, `ratio` pixels being one CSS pixel.
 *
 * It is as wide as it must be not to be very high. What no browser can draw is refused, and
 * `fewer` says what to leave out.
 */
export function layOut(sheet: Sheet, words: Words, ratio: number, fewer: string): Placed {
  let best: Placed | null = null;
  let least: Placed | null = null;
  for (const width of WIDTHS) {
    const placed = laidOut(sheet, width, words, ratio);
    if (!least || placed.height < least.height) least = placed;
    if (!isDrawable(placed, ratio)) continue;
    if (placed.height <= HIGHEST * placed.width) return placed;
    if (!best || placed.width * placed.height < best.width * best.height) best = placed;
  }
  if (best) return best;
  const [across, down] = [least!.width * ratio, least!.height * ratio].map(Math.ceil);
  throw new RangeError(
    `This picture would be ${across} × ${down} pixels; browsers draw up to ` +
      `${LARGEST.side.toLocaleString("en")} along a side, and ` +
      `${Math.floor(LARGEST.pixels / 1e6)} million in all. ${fewer}`,
  );
}

function isDrawable({ width, height }: Size, ratio: number): boolean {
  const [across, down] = [width * ratio, height * ratio];
  const { side, pixels } = LARGEST;
  return across <= side && down <= side && across * down <= pixels;
}

function laidOut(sheet: Sheet, width: number, words: Words, ratio: number): Placed {
  const inside = width - 2 * MARGIN;
  const rows = sheet.sections.map((sections) => {
    const share = Math.floor((inside - (sections.length - 1) * APART) / sections.length);
    return beside(
      sections.map((section) => laySection(section, share, words, ratio)),
      APART,
    );
  });
  const content = stacked(
    [
      stacked(
        [
          text([sheet.title], STYLES.title, inside, words),
          text([sheet.facts.filter(Boolean).join(" · ")], STYLES.facts, inside, words),
        ],
        0,
      ),
      ...rows,
      ...sheet.legends.map((legend) => layLegend(legend, inside, words)),
    ],
    BELOW,
  );
  return {
    ...moved(content, MARGIN, MARGIN),
    width: Math.max(width, content.width + 2 * MARGIN),
    height: content.height + 2 * MARGIN,
  };
}

function laySection(
  { heading, body, legends }: SheetSection,
  inside: number,
  words: Words,
  ratio: number,
): Placed {
  const parts = [
    ...(heading ? [text([heading], STYLES.heading, inside, words)] : []),
    layBody(body, inside, words, ratio),
    ...legends.map((legend) => layLegend(legend, inside, words)),
  ];
  return stacked(parts, BELOW / 2);
}

function layBody(
  body: SheetSection["body"],
  inside: number,
  words: Words,
  ratio: number,
): Placed {
  if (body.kind === "cells") return layCells(body.cells, inside);
  return body.kind === "table" ? layTable(body, inside, words, ratio) : layDrawing(body);
}

function layDrawing({ size, draw }: SheetDrawing): Placed {
  return { ...EMPTY, ...size, pictures: [{ x: 0, y: 0, ...size, draw, framed: false }] };
}

/** Cells in rows, each below its label. */
function layCells(cells: readonly SheetCell[], inside: number): Placed {
  const { values, bars } = cells[0] ?? { values: { width: 1, height: 1 } };
  const layout = cellsLayout(cells.length, values, inside, bars);
  const { width, height } = layout;
  return {
    ...EMPTY,
    width,
    height,
    texts: cells.map(({ label }, i) => {
      const { x, y } = cellRectangle(layout, i);
      return { text: label, x, y: y - 3, align: "left", style: STYLES.label };
    }),
    pictures: cells.flatMap(({ draw }, i) =>
      draw ? [{ ...cellRectangle(layout, i), draw, framed: true }] : [],
    ),
  };
}

/** The colours with their values, beside them in words what they are, and the marks. */
function layLegend(
  { scaling, paint, marks }: SheetLegend,
  inside: number,
  words: Words,
): Placed {
  const scale = paint.scale(0);
  const ticks = rampTicks(scale, scaling.shared, RAMP.width);
  const ramp: Placed = {
    ...EMPTY,
    width: RAMP.width,
    height: RAMP.height + STYLES.tick.line + 2,
    ramps: [{ x: 0, y: 0, ...RAMP, table: paint.plain ? null : paint.table }],
    texts: ticks.map(({ text, share }) => ({
      text,
      x: RAMP.width * share,
      y: RAMP.height + STYLES.tick.line,
      align: share === 0 ? "left" : share === 1 ? "right" : "center",
      style: STYLES.tick,
    })),
  };
  const room = inside - RAMP.width - APART;
  const told = [
    text([scaleWords(scaling, scale)], STYLES.facts, room, words),
    ...markWords(marks).map(({ mark, words: counted }) => {
      const colour = css(markColour(mark, paint.table));
      const swatch: Placed = {
        ...EMPTY,
        width: SWATCH,
        height: SWATCH,
        swatches: [{ x: 0, y: 4, width: SWATCH, height: SWATCH, colour }],
      };
      return beside([swatch, text([counted], STYLES.facts, room - 16, words)], GAP);
    }),
  ];
  return beside([ramp, moved(stacked(told, 0), 0, -4)], APART);
}
