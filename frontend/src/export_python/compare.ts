/** Two sides, or their difference, as Python. */

import {
  type Colours,
  drawing,
  LARGE,
  limitLines,
  ownLimits,
  PAGE,
  read,
  reading,
  type Script,
  SMALL,
  type Source,
  script,
  shown,
} from "./script";
import { integers } from "./text";

/** What is compared. */
export interface Compared {
  logDir: string;
  a: Source;
  b: Source;
  /** The channel of each side, where it is one each. */
  one: { a: number; b: number } | null;
  /** In the order shown, where it is all. */
  channels: readonly number[];
  /** Those of B, where its layer has another number of them. */
  channelsB: readonly number[] | null;
  how: "side" | "blink" | "wipe" | "difference";
  /** How far they can be said to be apart; null for two that are not of one shape. */
  measured: "all" | "lengths" | "nothing" | null;
  columns: number;
  colours: Colours;
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

/** Write a script that draws A beside B, or what A has more than B. */
export function compareScript(given: Compared): Script {
  const { logDir, a, b, one, how, colours, measured } = given;
  const notes = how === "blink" || how === "wipe" ? [BESIDE[how]] : [];
  const channels = one ? [0] : given.channels;
  return script(
    `Compare: ${told("A", a, one?.a)}; ${told("B", b, one?.b)}.`,
    notes,
    colours,
    [reading(logDir), drawing(colours, one ? LARGE : SMALL), PAGE, ...ownLimits(colours)],
    [
      read("a", a),
      read("b", b),
      ...(one ? [`a, b = a[:, :, [${one.a}]], b[:, :, [${one.b}]]`] : []),
      `channels = ${integers(channels, "", 11)}`,
      "",
      ...(measured ? [...DISTANCES[measured], ""] : []),
      ...limitLines(colours),
      ...(how === "difference" ? apart(given) : beside(given)),
    ],
  );
}

function told(side: string, source: Source, channel: number | undefined): string {
  const { run, step, input, layer } = source;
  const words = `${side} is layer ${layer}, run ${run}, step ${step}, input ${input}`;
  return channel === undefined ? words : `${words}, channel ${channel}`;
}

function apart({ columns, colours }: Compared): string[] {
  const limits = colours.limits ? "limits" : "limits_of(one)";
  return [
    "chosen = [(a - b)[:, :, channel] for channel in channels]",
    `pictures = [draw(one, ${limits}) for one in chosen]`,
    shown("pictures", columns),
  ];
}

function beside({ columns, colours, channelsB }: Compared): string[] {
  const sides = channelsB
    ? `side, channels in ((a, channels), (b, ${integers(channelsB, "", 45)}))`
    : "side in (a, b)";
  return [
    ...(colours.limits ? [] : own(channelsB !== null)),
    "sides = []",
    `for ${sides}:`,
    colours.limits
      ? "    pictures = [draw(side[:, :, channel], limits) for channel in channels]"
      : "    pictures = [draw(side[:, :, one], limits[one]) for one in channels]",
    `    sides.append(page(pictures, columns=${columns}))`,
    shown("sides", 2, ", gap=16"),
  ];
}

/** Limits of each channel on both sides, of which one may not have it. */
function own(unlike: boolean): string[] {
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
