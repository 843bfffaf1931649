/** Two sides, or their difference, as Python. */

import type { Limits } from "../numbers/limits";
import {
  CHANNEL_LABELS,
  drawFunction,
  LARGE,
  type LogDir,
  limitLines,
  limitsFunction,
  PAGE,
  READ,
  readLine,
  type Script,
  type ScriptColours,
  SMALL,
  type Source,
  script,
  showLine,
} from "./script";
import { comment, integers, list, pair, quoted } from "./text";

/** What is compared. */
export interface ScriptedComparison {
  logDir: LogDir;
  a: Source;
  b: Source;
  /** The channel of each side, where it is one each. */
  pair: { a: number; b: number } | null;
  /** In the order shown, where it is all. */
  channels: readonly number[];
  /** Those of B, where its layer has another number of them. */
  channelsB: readonly number[] | null;
  how: "side" | "blink" | "wipe" | "difference";
  /** How far they can be said to be apart; null for two that are not of one shape. */
  measured: "all" | "lengths" | "nothing" | null;
  columns: number;
  colours: ScriptColours;
  /** The scale of each side by itself; null where it is common. */
  own: { a: Limits | null; b: Limits | null } | null;
}

const BESIDE = {
  blink: "The tab blinks between A and B; here they are beside each other.",
  wipe: "The tab wipes from A to B; here they are beside each other.",
} as const;

const MEASURED = [
  "finite = np.isfinite(a) & np.isfinite(b)",
  "x, y = a[finite].astype(np.float64), b[finite].astype(np.float64)",
  "l1, l2 = np.abs(x - y).sum(), np.linalg.norm(x - y)",
];
const LEFT = 'print(f"{np.sum(~finite)} positions not finite, left out")';
/** Lines that print how far the sides are apart. */
const DISTANCES = {
  all: [
    ...MEASURED,
    "cosine = x @ y / (np.linalg.norm(x) * np.linalg.norm(y))",
    'print(f"L1 {l1:.5g}, L2 {l2:.5g}, cosine {cosine:.5g}")',
    LEFT,
  ],
  lengths: [
    ...MEASURED,
    'print(f"L1 {l1:.5g}, L2 {l2:.5g}, no cosine: one of them is zero")',
    LEFT,
  ],
  nothing: ['print("nothing finite to compare")'],
} as const;

/** Write a script that draws A beside B, or what B has more than A. */
export function compareScript(given: ScriptedComparison): Script {
  const { logDir, a, b, pair: one, how, colours, measured } = given;
  const notes = how === "blink" || how === "wipe" ? [BESIDE[how]] : [];
  const channels = one ? [0] : given.channels;
  return script(
    logDir,
    `Compare: ${sideWords("A", a, one?.a)}; ${sideWords("B", b, one?.b)}.`,
    notes,
    colours,
    [READ, drawFunction(colours, one ? LARGE : SMALL), PAGE, ...limitsFunction(colours)],
    [
      readLine("a", a),
      readLine("b", b),
      ...(one ? [`a, b = a[:, :, [${one.a}]], b[:, :, [${one.b}]]`] : []),
      `channels = ${integers(channels, "", 11)}`,
      "",
      ...(measured ? [...DISTANCES[measured], ""] : []),
      ...(given.own ? [comment(`Scale: ${colours.words}.`)] : limitLines(colours)),
      ...(how === "difference" ? differenceLines(given) : besideLines(given)),
    ],
  );
}

function sideWords(side: string, source: Source, channel: number | undefined): string {
  const { run, step, input, layer } = source;
  const words = `${side} is layer ${layer}, run ${run}, step ${step}, input ${input}`;
  return channel === undefined ? words : `${words}, channel ${channel}`;
}

function differenceLines({ columns, colours, pair: one }: ScriptedComparison): string[] {
  const limits = colours.limits ? "limits" : "limits_of(one)";
  return [
    "chosen = [(b - a)[:, :, channel] for channel in channels]",
    `pictures = [draw(one, ${limits}) for one in chosen]`,
    one ? `labels = [${quoted(pairLabel(one))}]` : CHANNEL_LABELS,
    showLine("pictures", "labels", columns),
  ];
}

function besideLines(given: ScriptedComparison): string[] {
  const { colours, channelsB, own } = given;
  if (own) return ownLines(given, own);
  const sides = channelsB
    ? `side, channels in ((a, channels), (b, ${integers(channelsB, "", 45)}))`
    : "side in (a, b)";
  return [
    ...(colours.limits ? [] : ownLimitLines(channelsB !== null)),
    "sides = []",
    `for ${sides}:`,
    colours.limits
      ? "    pictures = [draw(side[:, :, channel], limits) for channel in channels]"
      : "    pictures = [draw(side[:, :, one], limits[one]) for one in channels]",
    ...sideLines(given),
    ...showSides(given),
  ];
}

function pairLabel({ a, b }: { a: number; b: number }): string {
  return a === b ? `channel ${a}` : `channel ${b} of B - channel ${a} of A`;
}

/** Lines in the loop over the sides: how the channels of one are named, and its page. */
function sideLines({ columns, pair: one }: ScriptedComparison): string[] {
  return [
    `    ${one ? 'labels = [""]' : CHANNEL_LABELS}`,
    `    sides.append(page(pictures, labels, columns=${columns}))`,
  ];
}

/** Lines that show both sides below what they are. */
function showSides({ a, b, pair: one }: ScriptedComparison): string[] {
  const label = (name: string, { run, step, input, layer }: Source, channel?: number) => {
    const words = `${name}: run ${run}, step ${step}, input ${input}, ${layer}`;
    return quoted(channel === undefined ? words : `${words}, channel ${channel}`);
  };
  const labels = [label("A", a, one?.a), label("B", b, one?.b)];
  return [`labels = ${list(labels, "", 9)}`, showLine("sides", "labels", 2, ", gap=16")];
}

/** Lines that draw each side on its own scale. */
function ownLines(
  given: ScriptedComparison,
  { a, b }: { a: Limits | null; b: Limits | null },
): string[] {
  const { channelsB } = given;
  const more = channelsB ? `, ${integers(channelsB, "", 50)}` : "";
  const parts = channelsB ? "side, limits, channels" : "side, limits";
  const limits = a && b ? "limits" : "limits_of(side[:, :, one])";
  return [
    "sides = []",
    `for ${parts} in (`,
    `    (a, ${a ? pair(a) : "None"}${channelsB ? ", channels" : ""}),`,
    `    (b, ${b ? pair(b) : "None"}${more}),`,
    "):",
    `    pictures = [draw(side[:, :, one], ${limits}) for one in channels]`,
    ...sideLines(given),
    ...showSides(given),
  ];
}

/** Lines with the limits of each channel on both sides; one side may not have it. */
function ownLimitLines(unlike: boolean): string[] {
  if (!unlike) {
    return ["limits = {one: limits_of(a[:, :, one], b[:, :, one]) for one in channels}"];
  }
  return [
    "limits = {",
    "    one: limits_of(a[:, :, one : one + 1], b[:, :, one : one + 1])",
    "    for one in range(max(a.shape[2], b.shape[2]))",
    "}",
  ];
}
