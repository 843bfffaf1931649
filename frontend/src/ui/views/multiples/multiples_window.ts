/** Which cells of small multiples are in sight, and what is in them. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { InputHeader } from "../../../data/api";
import {
  type Column,
  type Multiple,
  type MultiplesTable,
  multipleOf,
  type Row,
  strongestAt,
} from "../../../data/multiples";
import { type Answer, andThen, failed, ready } from "../../../data/queries";
import { type LayerRecord, pictureOf } from "../../../data/records";
import type { Size } from "../../../numbers/layout";
import { formOf, mapSize } from "../../../numbers/map_form";
import { cellSize, chooseColumns, inSight } from "../../../numbers/row_layout";
import type { MultiplesRows } from "../../../state/state";
import { state } from "../../../state/store";
import { useSize } from "../../hooks/size";

/** Room for the names of runs and of columns, between cells, and for what is below one. */
export const [NAMES, HEAD, GAP] = [172, 22, 6];
const BELOW = 14;
/** How many columns are in sight at least where they are scrolled sideways. */
const SIDEWAYS = 3;
/** How high a row is that only says why it shows nothing. */
const THIN = 22;

/** What is in a grid of small multiples. */
export interface Multiples {
  rows: readonly Row[];
  rowKind: MultiplesRows;
  columns: readonly Column[];
  /** The index of the column that is looked at. */
  at: number | null;
  kind: "steps" | "layers";
  /** Whether all columns are shown, not only as many as fit. */
  all: boolean;
  record: LayerRecord;
  input: InputHeader;
  channel: number;
}

/** A column in sight: its index among all, how far right it is, and the channel it shows. */
export interface ColumnInSight {
  column: Column;
  index: number;
  x: number;
  channel: Answer<number>;
}

/** A row in sight, how far down it is, and its answer for each column in sight. */
export interface RowInSight {
  row: Row;
  top: number;
  height: number;
  answers: Answer<Multiple>[];
}

interface Window {
  box: RefObject<HTMLDivElement | null>;
  /** Size of a cell, and how far cells are apart. */
  side: Size;
  pitch: { x: number; y: number };
  /** Index of the row that is looked at. */
  row: number;
  /** The columns that are shown, by their indices. */
  picked: readonly number[];
  columns: ColumnInSight[];
  /** The rows in sight, and how high all are together. */
  down: Omit<RowInSight, "answers">[];
  height: number;
  onScroll: (event: { currentTarget: Element }) => void;
}

/** Lays the cells out, scrolls to what is looked at, and follows what is scrolled to. */
export function useWindow(multiples: Multiples): Window {
  const { rows, columns, at, kind, all, record, input } = multiples;
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  // Counted in cells, so that nothing is done for scrolling less than one.
  const [left, setLeft] = useState(0);
  const [top, setTop] = useState(0);
  const form = formOf(record.header.layer, input.shape);
  const own = mapSize(form, input.packed.shape);
  const room = Math.max(1, size.width - NAMES);
  // Maps of other layers have other sides: a square has room for all.
  const map = kind === "layers" ? { width: own.height, height: own.height } : own;
  const thin = rows.filter(({ missing }) => missing !== null).length;
  const side = cellSize(
    map,
    {
      columns: all ? Math.min(columns.length, SIDEWAYS) : columns.length,
      rows: rows.length - thin,
      gap: { width: GAP, height: BELOW + GAP },
    },
    { width: room, height: size.height - HEAD - thin * (THIN + GAP) },
    state.value.zoom,
  );
  const pitch = { x: side.width + GAP, y: side.height + BELOW + GAP };
  const fitting = Math.floor((room + GAP) / pitch.x);
  const picked = chooseColumns(columns.length, all ? Infinity : fitting, at);
  const row = rows.findIndex((one) => isLookedAt(multiples, one));
  const placed = placedRows(rows, pitch.y);
  const height = (placed.at(-1)?.top ?? 0) + (placed.at(-1)?.height ?? 0);
  const { top: rowTop = 0, height: rowHeight = 0 } = placed[row] ?? {};
  useEffect(() => {
    const scroll = box.current;
    if (!scroll || !size.height) return;
    const into = (now: number, start: number, length: number, sight: number) =>
      Math.max(Math.min(now, start), start + length - sight);
    if (row >= 0) {
      scroll.scrollTop = into(scroll.scrollTop, rowTop, rowHeight, size.height - HEAD);
    }
    const shown = at === null ? -1 : picked.indexOf(at);
    if (shown >= 0) scroll.scrollLeft = into(scroll.scrollLeft, shown * pitch.x, pitch.x, room);
  }, [rowTop, rowHeight, at, pitch.x, pitch.y, size.height, room]);
  const seen = { from: top * pitch.y, to: (top + 1) * pitch.y + size.height };
  const down = placed.filter(
    (one) => one.top < seen.to && one.top + one.height > seen.from && size.height > 0,
  );
  const across = inSight(picked.length, 1, left, 1 + room / pitch.x);
  return {
    box,
    side,
    pitch,
    row,
    picked,
    columns: picked.slice(across.first, across.end).map((index, i) => {
      const column = columns[index]!;
      const x = NAMES + (across.first + i) * pitch.x;
      return { column, index, x, channel: channelOfColumn(multiples, column) };
    }),
    down,
    height,
    onScroll: ({ currentTarget: { scrollLeft, scrollTop } }) => {
      setLeft(Math.floor(scrollLeft / pitch.x));
      setTop(Math.floor(scrollTop / pitch.y));
    },
  };
}

/** Whether a row is what is looked at. */
function isLookedAt({ record, input, channel }: Multiples, row: Row): boolean {
  return (
    row.run.run === record.run.run &&
    row.input === input.name &&
    (row.channel ?? channel) === channel
  );
}

function placedRows(rows: readonly Row[], pitch: number): Omit<RowInSight, "answers">[] {
  let below = 0;
  return rows.map((row) => {
    const [top, height] = [below, row.missing === null ? pitch : THIN + GAP];
    below += height;
    return { row, top, height };
  });
}

/** The channel that a column shows: the one that is looked at, or the strongest of a layer. */
function channelOfColumn({ kind, record, input, channel }: Multiples, column: Column) {
  const isOwnLayer = column.layer === record.tag.layer;
  if (kind === "steps" || (isOwnLayer && state.value.a.channel !== null)) return ready(channel);
  return strongestAt(record.run, column, input.name);
}

/** The answers for the cells in sight; only they are asked for. */
export function rowsInSight(
  { record }: Multiples,
  { columns, down }: Pick<Window, "columns" | "down">,
): RowInSight[] {
  return down.map((placed) => ({
    ...placed,
    answers: columns.map(({ column, channel }) => {
      const { run, input, channel: own } = placed.row;
      return andThen(own === null ? channel : ready(own), (number) =>
        multipleOf(run, column, number, input, record, state.value.align),
      );
    }),
  }));
}

/** All rows, of the columns that are shown; a cell is only asked for where it is wanted. */
export function tableOf(multiples: Multiples, picked: readonly number[]): MultiplesTable {
  const { rows, rowKind, kind, record } = multiples;
  const columns = picked.map((index) => multiples.columns[index]!);
  const { align } = state.value;
  return {
    columns: columns.map(({ layer, step }) => (kind === "steps" ? `step ${step}` : layer)),
    rows: rows.map(({ name, run, input, channel: own, missing }) => ({
      name,
      picture: () =>
        rowKind === "inputs" ? pictureOf(run, record.address.step, input) : ready(null),
      cells: columns.map((column) => (step = column.step) => {
        if (missing !== null) return failed(missing);
        const moment = { ...column, step };
        const channel = own === null ? channelOfColumn(multiples, moment) : ready(own);
        return andThen(channel, (number) =>
          multipleOf(run, moment, number, input, record, align),
        );
      }),
    })),
    kind,
    rowKind,
  };
}
