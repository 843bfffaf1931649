/** What the scripts of all views have in common. */

import type { ColourMapName } from "../drawing/colours";
import type { Limits } from "../numbers/limits";
import { call, comment, pair, quoted } from "./text";

/** Values of a layer for one input, as they are logged. */
export interface Source {
  run: string;
  layer: string;
  step: number;
  input: string;
  /** How many axes the activations have in the model. */
  axes: number;
  /** Rows and columns that its tokens are folded to; null or none where they are not. */
  tokenGrid?: readonly [number, number] | null;
}

/** How values are coloured. */
export interface ScriptColours {
  map: ColourMapName;
  gamma: number;
  /** Whether colours are logarithmic, in place of gamma. */
  log: boolean;
  /** The limits of all that is drawn; null where each channel has its own. */
  limits: Limits | null;
  /** Whether zero is in the middle, where each channel has its own limits. */
  symmetric: boolean;
  /** Whose limits they are. */
  words: string;
  /** Whether the tab smooths between values. */
  smooth: boolean;
}

/** A script, and in words what the view has and it has not. */
export interface Script {
  code: string;
  notes: string[];
}

/** No names before the third line: a comment in the first two may set the encoding. */
const TAB = "What the Activations tab of TensorBoard shows, drawn from what was logged.";
const PLAIN = "Each value is one square or oblong; frames and rings are left out.";
const ROUGH = "The tab smooths between values; here each has one colour.";

/** How high or wide a feature map is drawn among others, and alone. */
export const [SMALL, LARGE] = [96, 480];

/** A module: comments about it, where the log is, functions, and what is done. */
export function script(
  logDir: LogDir,
  title: string,
  notes: readonly string[],
  { smooth }: Pick<ScriptColours, "smooth">,
  functions: readonly string[],
  body: readonly string[],
): Script {
  const all = [PLAIN, ...(smooth ? [ROUGH] : []), ...notes];
  const [plain = "", ...others] = all;
  const comments = [TAB, plain, title, ...others].map(comment);
  const parts = functions.flatMap((one) => ["", "", one]);
  const imports = importLines([...functions, ...body].join("\n"), logDir);
  const after = functions.length ? ["", ""] : [""];
  return {
    code: [
      ...comments,
      ...imports,
      "",
      ...logDirLines(logDir),
      ...parts,
      ...after,
      ...body,
      "",
    ].join("\n"),
    notes: all,
  };
}

/** The log directory as TensorBoard was given it; null where it does not tell. */
export type LogDir = string | null;

/** How Python names the log directory. */
export const LOG_DIR = "LOG_DIR";

function importLines(code: string, logDir: LogDir): string[] {
  const standard = [
    ...(isUrl(logDir) ? [] : ["import os"]),
    ...(code.includes("textwrap.") ? ["import textwrap"] : []),
  ];
  return [
    ...standard,
    ...(standard.length ? [""] : []),
    "import numpy as np",
    "from PIL import Image, ImageDraw",
    "",
    "import tb_actviz as av",
  ];
}

/** What is written before and after activations of a source to make maps of them. */
export function mapsAround({ axes, tokenGrid }: Source): [string, string] {
  if (tokenGrid) return ["av.as_maps(", `, (${tokenGrid.join(", ")}))`];
  return axes === 3 ? ["", ""] : ["av.as_maps(", ")"];
}

/** Where the log is, and an error if it is not there. */
function logDirLines(logDir: LogDir): string[] {
  const known = logDir ?? "runs";
  const words =
    logDir === null
      ? "TensorBoard does not tell its log directory: write it here."
      : isAbsolute(logDir)
        ? "The log directory that TensorBoard reads."
        : "TensorBoard was given this relative path: make it a whole one to run this elsewhere.";
  return [
    comment(words),
    `LOG_DIR = ${quoted(known)}`,
    ...(isUrl(logDir)
      ? []
      : [
          "if not os.path.isdir(LOG_DIR):",
          '    reason = "Set LOG_DIR to the folder that TensorBoard reads."',
          '    raise SystemExit(f"There is no folder {LOG_DIR!r}. {reason}")',
        ]),
  ];
}

function isUrl(path: LogDir): boolean {
  return path !== null && /^\w+:\/\//.test(path);
}

/** Whether a path means the same wherever a script runs. */
function isAbsolute(path: string): boolean {
  return isUrl(path) || /^([\\/]|[A-Za-z]:[\\/])/.test(path);
}

/** The function `read`. */
export const READ = `def read(run, layer, step):
    """What a layer does for each input."""
    (stored,) = av.read_records(LOG_DIR, runs=run, layers=layer, steps=step)
    return stored.activations`;

/** A line that reads the feature maps of a source, (H, W, C). */
export function readLine(name: string, source: Source): string {
  const { run, layer, step } = source;
  const key = `[${quoted(source.input)}]`;
  const [opening, closing] = mapsAround(source);
  const before = `${name} = ${opening}`;
  const used = before.length + key.length + closing.length;
  const readCall = call("read", [quoted(run), quoted(layer), String(step)], "", used);
  return `${before}${readCall}${key}${closing}`;
}

/** Arguments that bend positions on a scale. */
export function bentBy({ gamma, log }: Pick<ScriptColours, "gamma" | "log">): string[] {
  if (log) return ["log=True"];
  return gamma === 1 ? [] : [`gamma=${gamma}`];
}

/** The colours of an expression. */
export function colorized(
  values: string,
  limits: string,
  colours: ScriptColours,
  { indent = "", name = quoted(colours.map) } = {},
): string {
  const bent = bentBy(colours);
  return call("av.colorize", [values, limits, name, ...bent, "shades=True"], indent, 9);
}

/** The function `draw`; with `mapped` it takes a colour map, too. */
export function drawFunction(colours: ScriptColours, size: number, mapped = false): string {
  const map = mapped ? `, colormap=${quoted(colours.map)}` : "";
  return [
    `def draw(values, limits, size=${size}${map}):`,
    '    """The colours of a feature map, enlarged by whole numbers."""',
    `    colors = ${colorized("values", "limits", colours, {
      indent: "    ",
      ...(mapped ? { name: "colormap" } : {}),
    })}`,
    "    zoom = max(1, size // max(values.shape))",
    "    down, across = (max(zoom, 24 // side) for side in values.shape)",
    "    return colors.repeat(down, 0).repeat(across, 1)",
  ].join("\n");
}

/** The function `page`. */
export const PAGE = `def page(pictures, labels, columns, gap=4):
    """Pictures row by row, each below its label, on grey."""
    height, width, _ = np.max([one.shape for one in pictures], 0) + gap
    lines = [textwrap.wrap(one, max(8, width // 6)) for one in labels]
    label = 12 * max(map(len, lines))
    height, rows = height + label, -(-len(pictures) // columns)
    places = [(i % columns * width, i // columns * height) for i in range(len(pictures))]
    paper = Image.new("RGB", (columns * width - gap, rows * height - gap), (128,) * 3)
    pen = ImageDraw.Draw(paper)
    for (left, top), words in zip(places, lines, strict=True):
        for number, line in enumerate(words):
            pen.text((left, top + 12 * number), line, "black")
    paper = np.array(paper)
    for (left, top), one in zip(places, pictures, strict=True):
        high, wide, _ = one.shape
        paper[top + label : top + label + high, left : left + wide] = one
    return paper`;

/** The function `limits_of`, where it is needed. */
export function limitsFunction({ limits, symmetric }: ScriptColours): string[] {
  if (limits) return [];
  const ends = symmetric
    ? ["    most = np.abs(values).max() if values.size else 1", "    return -most, most"]
    : ["    return (values.min(), values.max()) if values.size else (0, 1)"];
  const doc = symmetric
    ? "The largest finite magnitude, below and above zero."
    : "The smallest and the largest finite value.";
  return [
    [
      "def limits_of(*several):",
      `    """${doc}"""`,
      "    values = np.concatenate([np.ravel(one) for one in several])",
      "    values = values[np.isfinite(values)]",
      ...ends,
    ].join("\n"),
  ];
}

/** Says whose limits they are, and which, where all share them. */
export function limitLines({ limits, words }: ScriptColours): string[] {
  const scaleComment = comment(`Scale: ${words}.`);
  return limits ? [scaleComment, `limits = ${pair(limits)}`] : [scaleComment];
}

/** The line that shows a page. */
export function showLine(pictures: string, labels: string, columns: number, more = ""): string {
  return `Image.fromarray(page(${pictures}, ${labels}, columns=${columns}${more})).show()`;
}

/** The line that names channels for what is drawn of them. */
export const CHANNEL_LABELS = 'labels = [f"channel {channel}" for channel in channels]';

/** The function `matrix`. */
export const MATRIX = `def matrix(colors, rows, columns, height, width):
    """Colours, with the names of rows before and of columns below, where there is room."""
    cells = colors.repeat(height, 0).repeat(width, 1)
    left = 8 + 6 * max(map(len, rows))
    size = left + max(cells.shape[1], 80), cells.shape[0] + 16
    image = Image.new("RGB", size, "white")
    image.paste(Image.fromarray(cells), (left, 0))
    pen = ImageDraw.Draw(image)
    for i in range(0, len(rows), -(-12 // height)):
        pen.text((2, i * height + (height - 12) // 2), rows[i], "black")
    for i in range(0, len(columns), -(-60 // width)):
        pen.text((left + i * width, cells.shape[0] + 2), columns[i], "black")
    return image`;
