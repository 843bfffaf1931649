/** What is on an exported picture of a view, before it is known where. */

import type { Scaling } from "../../data/scaling";
import type { Rectangle, Size } from "../../numbers/layout";
import type { FormedSize } from "../../numbers/plot_layout";
import type { MarkCounts } from "../../numbers/scale";
import type { Paint } from "../pictures/paint";

/** Draws into whole pixels of a canvas, of which a CSS pixel has `ratio`. */
export type Draw = (context: CanvasRenderingContext2D, cell: Rectangle, ratio: number) => void;

/** A feature map or a photograph. */
export interface SheetCell {
  /** Width and height in values, and what they are. */
  values: FormedSize;
  /** How many bars a unit has. */
  bars?: number;
  /** Whether it fills its box even if its values are no whole pixels then, as photographs do. */
  fills?: boolean;
  /** Null where there is nothing to draw; then the label says why. */
  draw: Draw | null;
  /** Above it among many of one size; below it in a table. */
  label: string;
}

/** What stands at the end of a row or a column. */
export interface SheetHead {
  /** The first one is its name. */
  lines: readonly string[];
  /** What is above its name. */
  cell?: SheetCell | null;
}

/** Cells of one size, as many beside each other as there is room for. */
interface ManyCells {
  kind: "cells";
  cells: readonly SheetCell[];
}

/** Rows and columns, each with a head. */
export interface SheetTable {
  kind: "table";
  columns: readonly SheetHead[];
  rows: readonly { head: SheetHead; cells: readonly SheetCell[] }[];
  /** Sides of the square that a cell is drawn in: where there are many, and at most. */
  usual: number;
  most: number;
}

/** A drawing whose size follows from what it shows, in CSS pixels. */
export interface SheetDrawing {
  kind: "drawing";
  size: Size;
  draw: Draw;
}

/** Which colour is which value, and how many values no colour shows. */
export interface SheetLegend {
  scaling: Scaling;
  paint: Paint;
  marks: MarkCounts;
}

/** A part of a sheet; empty words are no heading. */
export interface SheetSection {
  heading: string;
  body: ManyCells | SheetTable | SheetDrawing;
  legends: readonly SheetLegend[];
}

/** A picture of a view: its title, facts about it, sections, and the scale of all of them. */
export interface Sheet {
  title: string;
  facts: readonly string[];
  /** From the top; those of one list are beside each other. */
  sections: readonly (readonly SheetSection[])[];
  legends: readonly SheetLegend[];
}
