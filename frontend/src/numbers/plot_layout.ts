/** Where maps are in a grid, also those that are drawn as bars or lines. */

import { type GridLayout, gridLayout, inRows, type Size } from "./layout";
import { type Formed, isPlot } from "./map_form";

/** Sides of a map, and what it is. */
export type FormedSize = Size & Formed;

/** Width of a plot where there are many and where there is room, in CSS pixels. */
const PLOT = { usual: 150, enough: 320 };
/** How narrow and how wide a plot can be chosen to be. */
const CHOICE = { least: 64, most: 1024 };
/** Height of a line, of a bar, and of the room between two bars, in CSS pixels. */
const LINE_HEIGHT = 48;
const [BAR_HEIGHT, BETWEEN_BARS] = [7, 2];

interface Room {
  availableWidth: number;
  availableHeight?: number;
  /** Screen pixels for a value, or as many as fit. */
  zoom: number | "fit";
  gap: number;
  /** Height of the room for a label. */
  label?: number;
  /** Pixels of the screen for one of CSS. */
  ratio?: number;
  /** How many bars each unit has. */
  bars?: number;
  /** How wide a plot is, where that was found already. */
  plotWidth?: number;
  /** How high a plot is at least, in CSS pixels. */
  leastHeight?: number;
}

/** Lay maps out for a width: bars and lines are as wide as it takes to be read. */
export function mapsLayout(count: number, maps: FormedSize, room: Room): GridLayout {
  const { availableWidth, availableHeight = 0, zoom, gap, label = 0, ratio = 1 } = room;
  const { width: mapWidth, height: mapHeight } = maps;
  if (!isPlot(maps)) {
    return gridLayout(
      count,
      mapWidth,
      mapHeight,
      availableWidth,
      zoom,
      gap,
      label,
      availableHeight,
    );
  }
  const cellWidth = room.plotWidth ?? plotWidth(count, maps, room);
  const high = Math.max(room.leastHeight ?? 0, plotHeight(maps, room.bars ?? 1));
  const cellHeight = Math.round(high * ratio);
  return inRows(
    count,
    { mapWidth, mapHeight, cellWidth, cellHeight, gap, label },
    availableWidth,
  );
}

/** How wide a plot is: as chosen, or so that as many as can be read fill the width. */
function plotWidth(count: number, maps: FormedSize, room: Room): number {
  const { availableWidth, zoom, gap, ratio = 1 } = room;
  if (zoom !== "fit" && maps.form?.kind !== "units") {
    return Math.round(Math.min(Math.max(maps.width * zoom, CHOICE.least), CHOICE.most));
  }
  const most = Math.floor((availableWidth + gap) / (PLOT.usual * ratio + gap));
  const beside = Math.max(1, Math.min(most, count));
  const share = Math.floor((availableWidth + gap) / beside) - gap;
  return Math.max(1, Math.min(share, Math.round(PLOT.enough * ratio)));
}

/** Height of a plot in CSS pixels; that of a line may be larger where there is room. */
export function plotHeight({ form }: FormedSize, bars: number, room = 0): number {
  if (form?.kind !== "units") return Math.max(LINE_HEIGHT, Math.floor(room));
  return bars * (BAR_HEIGHT + BETWEEN_BARS) - BETWEEN_BARS;
}

/** From where to where each of so many bars reaches, as shares of the height of a cell. */
export function barBand(index: number, count: number): { from: number; to: number } {
  const all = count * (BAR_HEIGHT + BETWEEN_BARS) - BETWEEN_BARS;
  const from = index * (BAR_HEIGHT + BETWEEN_BARS);
  return { from: from / all, to: (from + BAR_HEIGHT) / all };
}
