/**
 * What the maps of a layer are. Everything that draws or names them asks here, so that
 * nothing is drawn as a picture that is none.
 */

/** How tokens lie on the picture that they were cut from. */
export interface TokenGrid {
  /** Rows and columns of patches. */
  size: readonly [number, number];
  /** How many tokens before them stand for no place. */
  class_tokens: number;
}

export type MapForm =
  /** Rows and columns as those of a picture. */
  | { kind: "picture" }
  /** One value for each channel. */
  | { kind: "units" }
  /** Values over time, or tokens of which nobody knows how they lie on a picture. */
  | { kind: "sequence" }
  /** Patches of a picture, and class tokens apart. */
  | { kind: "tokens"; grid: TokenGrid }
  /** Queries × keys of attention, a channel for each head; how the keys lie, if known. */
  | { kind: "scores"; grid: TokenGrid | null }
  /** Rows and columns that count something else, such as tokens × dimensions. */
  | { kind: "table"; rows: string; columns: string }
  /** Slices of a volume side by side. */
  | { kind: "slices" };

/** What a record says of a layer that decides it. */
export interface DescribedLayer {
  axes?: readonly string[] | null | undefined;
  token_grid?: TokenGrid | null | undefined;
}

/** What the maps of a layer are whose activations for one input have this shape. */
export function formOf(layer: DescribedLayer, shape: readonly number[]): MapForm {
  const [rows, columns] = layer.axes ?? [];
  if (rows !== undefined && columns !== undefined) {
    if (rows !== "queries" || columns !== "keys") return { kind: "table", rows, columns };
    return { kind: "scores", grid: gridOf(layer, shape[1] ?? 0) };
  }
  if (shape.length > 3) return { kind: "slices" };
  if (shape.length === 3) return { kind: "picture" };
  if (shape.length < 2 || shape[0] === 1) return { kind: "units" };
  const grid = gridOf(layer, shape[0] ?? 0);
  return grid ? { kind: "tokens", grid } : { kind: "sequence" };
}

/** The grid that so many tokens have. */
function gridOf({ token_grid: grid }: DescribedLayer, tokens: number): TokenGrid | null {
  if (!grid) return null;
  return tokens === grid.class_tokens + grid.size[0] * grid.size[1] ? grid : null;
}

/** What has a form; a picture where nothing is said. */
export interface Formed {
  form?: MapForm;
}

/** Where a value is in a map. */
interface Place {
  row: number;
  column: number;
}

/** Sides of maps that are stored with this height and width. */
export function mapSize(form: MapForm, [height, width]: readonly number[]) {
  const [rows = 1, columns = 1] = form.kind === "tokens" ? form.grid.size : [height, width];
  return { form, height: rows, width: columns };
}

/** Whether each channel has one value, which lies nowhere. */
export function hasOneValue({ height, width }: { height: number; width: number }): boolean {
  return height * width === 1;
}

/** Whether values are drawn by how far they reach, as lines or bars, not as colours. */
export function isPlot({ form }: Formed): boolean {
  return form?.kind === "units" || form?.kind === "sequence";
}

/** Whether maps can be laid on the picture that was given. */
export function liesOnPicture({ form }: Formed): boolean {
  return !form || form.kind === "picture" || form.kind === "tokens";
}

/** What one channel of such maps is called. */
export function channelNoun(form: MapForm | undefined): string {
  if (form?.kind === "units") return "unit";
  return form?.kind === "scores" || form?.kind === "table" ? "head" : "channel";
}

/** The same where a line begins with it. */
export function channelTitle(form: MapForm | undefined): string {
  const noun = channelNoun(form);
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

/** Where a position is, in words; empty where there is only one. */
export function placeWords(form: MapForm | undefined, { row, column }: Place): string {
  switch (form?.kind) {
    case "units":
      return "";
    case "sequence":
      return `position ${column}`;
    case "tokens":
      return `patch in row ${row}, column ${column}`;
    case "scores":
      return `query ${row}, key ${column}`;
    case "table":
      return `${singular(form.rows)} ${row}, ${singular(form.columns)} ${column}`;
    default:
      return `row ${row}, column ${column}`;
  }
}

/** A channel and a position, in words. */
export function pointWords(form: MapForm | undefined, at: Place & { channel: number }): string {
  return [`${channelNoun(form)} ${at.channel}`, placeWords(form, at)]
    .filter(Boolean)
    .join(", ");
}

/** How much there is of what, in words, such as “4 heads, 65 queries × 65 keys”. */
export function sizeWords(form: MapForm, shape: readonly number[], packed: readonly number[]) {
  const [height = 1, width = 1, channels = 1] = packed;
  switch (form.kind) {
    case "units":
      return many(channels, "unit");
    case "sequence":
      return `${width} positions × ${many(channels, "channel")}`;
    case "tokens": {
      const [rows, columns] = form.grid.size;
      const count = form.grid.class_tokens;
      const apart = count ? ` and ${many(count, "class token")}` : "";
      return `${rows}×${columns} patches${apart} × ${many(channels, "channel")}`;
    }
    case "scores":
      return `${many(channels, "head")}, ${height} queries × ${width} keys`;
    case "table":
      return `${many(channels, "head")}, ${height} ${form.rows} × ${width} ${form.columns}`;
    case "slices":
      return shape.join("×");
    default:
      return packed.join("×");
  }
}

/** What the rows and the columns of a map count, where it is no picture: empty for one. */
export function axesWords(form: MapForm | undefined): string {
  if (form?.kind === "scores") return "queries ↓ · keys →";
  return form?.kind === "table" ? `${form.rows} ↓ · ${form.columns} →` : "";
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Names of axes are plural, as “queries”. */
function singular(name: string): string {
  return name.replace(/ies$/, "y").replace(/s$/, "");
}
