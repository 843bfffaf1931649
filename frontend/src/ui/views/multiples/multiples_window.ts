/** Which cells of small multiples are in sight, and what is in them. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { InputHeader, Run } from "../../../data/api";
import {
  type Column,
  type Multiple,
  type MultiplesTable,
  multipleOf,
  strongestAt,
} from "../../../data/multiples";
import { type Answer, andThen, ready } from "../../../data/queries";
import type { LayerRecord } from "../../../data/records";
import type { Size } from "../../../numbers/layout";
import { cellSize, chooseColumns, inSight, type Span } from "../../../numbers/row_layout";
import { state } from "../../../state/store";
import { useSize } from "../../hooks/size";

/** Room for the names of runs and of columns, between cells, and for what is below one. */
export const [NAMES, HEAD, GAP] = [148, 22, 6];
const BELOW = 14;

/** What is in a grid of small multiples. */
export interface Multiples {
  runs: readonly Run[];
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

/** The run of a row in sight, and its answer for each column in sight. */
export interface RunInSight {
  run: Run;
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
  down: Span;
  onScroll: (event: { currentTarget: Element }) => void;
}

/** Lays the cells out, scrolls to what is looked at, and follows what is scrolled to. */
export function useWindow(multiples: Multiples): Window {
  const { runs, columns, at, kind, all, record, input } = multiples;
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  // Counted in cells, so that nothing is done for scrolling less than one.
  const [left, setLeft] = useState(0);
  const [top, setTop] = useState(0);
  const [mapHeight, mapWidth] = input.packed.shape;
  const room = Math.max(1, size.width - NAMES);
  // Maps of other layers have other sides: a square has room for all.
  const map = { width: kind === "layers" ? mapHeight : mapWidth, height: mapHeight };
  const inner = room - columns.length * GAP;
  const side = cellSize(map, columns.length, inner, state.value.zoom);
  const pitch = { x: side.width + GAP, y: side.height + BELOW + GAP };
  const fitting = Math.floor((room + GAP) / pitch.x);
  const picked = chooseColumns(columns.length, all ? Infinity : fitting, at);
  const row = runs.findIndex((run) => run.run === record.run.run);
  useEffect(() => {
    const scroll = box.current;
    if (!scroll || !size.height) return;
    const into = (now: number, start: number, length: number, sight: number) =>
      Math.max(Math.min(now, start), start + length - sight);
    if (row >= 0) {
      scroll.scrollTop = into(scroll.scrollTop, row * pitch.y, pitch.y, size.height - HEAD);
    }
    const shown = at === null ? -1 : picked.indexOf(at);
    if (shown >= 0) scroll.scrollLeft = into(scroll.scrollLeft, shown * pitch.x, pitch.x, room);
  }, [row, at, pitch.x, pitch.y, size.height, room]);
  const down = inSight(runs.length, 1, top, 1 + size.height / pitch.y);
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
    down: size.height ? down : { first: down.first, end: down.first },
    onScroll: ({ currentTarget: { scrollLeft, scrollTop } }) => {
      setLeft(Math.floor(scrollLeft / pitch.x));
      setTop(Math.floor(scrollTop / pitch.y));
    },
  };
}

/** The channel that a column shows: the one that is looked at, or the strongest of a layer. */
function channelOfColumn({ kind, record, input, channel }: Multiples, column: Column) {
  const isOwnLayer = column.layer === record.tag.layer;
  if (kind === "steps" || (isOwnLayer && state.value.a.channel !== null)) return ready(channel);
  return strongestAt(record.run, column, input.name);
}

/** The answers for the cells in sight; only they are asked for. */
export function runsInSight(
  { runs, input, record }: Multiples,
  { columns, down }: Pick<Window, "columns" | "down">,
): RunInSight[] {
  return runs.slice(down.first, down.end).map((run) => ({
    run,
    answers: columns.map(({ column, channel }) =>
      andThen(channel, (number) =>
        multipleOf(run, column, number, input.name, record, state.value.align),
      ),
    ),
  }));
}

/** All rows, of the columns that are shown; a cell is only asked for where it is wanted. */
export function tableOf(multiples: Multiples, picked: readonly number[]): MultiplesTable {
  const { runs, kind, input, record } = multiples;
  const columns = picked.map((index) => multiples.columns[index]!);
  const { align } = state.value;
  return {
    columns: columns.map(({ layer, step }) => (kind === "steps" ? `step ${step}` : layer)),
    rows: runs.map((run) => ({
      name: run.run,
      cells: columns.map((column) => (step = column.step) => {
        const moment = { ...column, step };
        return andThen(channelOfColumn(multiples, moment), (channel) =>
          multipleOf(run, moment, channel, input.name, record, align),
        );
      }),
    })),
    kind,
    input: input.name,
  };
}
