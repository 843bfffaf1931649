/** Numbers -> tables of comma-separated values. */

import type { Maps } from "../numbers/decode";

/** A table: what its columns are called, and the fields of each line. */
export interface Table {
  head: readonly string[];
  rows: Iterable<readonly string[]>;
}

/** What is in front of the values of some channels, and these; null for maps there are not. */
export interface MapLines {
  fields: readonly string[];
  maps: Maps | null;
  channels: readonly number[];
}

/** A table as CSV (RFC 4180, but for the ends of lines). */
export function encodeCsv({ head, rows }: Table): string {
  const lines = [head.map(field).join(",")];
  for (const row of rows) lines.push(row.map(field).join(","));
  return `${lines.join("\n")}\n`;
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Channels as a table, a value a line; maps there are not have one line without a value. */
export function mapTable(head: readonly string[], parts: readonly MapLines[]): Table {
  return { head: [...head, "channel", "row", "column", "value"], rows: linesOf(parts) };
}

function* linesOf(parts: readonly MapLines[]): Generator<string[]> {
  for (const { fields, maps, channels } of parts) {
    if (!maps) {
      yield [...fields, "", "", "", ""];
      continue;
    }
    const { height, width, values } = maps;
    for (const channel of channels) {
      if (!(Number.isInteger(channel) && channel >= 0 && channel < maps.channels)) {
        throw new RangeError(
          `Received channel ${channel}; there are 0 to ${maps.channels - 1}.`,
        );
      }
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const value = values[(channel * height + row) * width + column]!;
          yield [...fields, `${channel}`, `${row}`, `${column}`, shortest(value)];
        }
      }
    }
  }
}

/** A number as float32, as arrays have it, in as few digits as tell it apart. */
export function shortest(number: number): string {
  const value = Math.fround(number);
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0";
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}
