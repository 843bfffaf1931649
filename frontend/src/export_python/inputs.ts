/** Inputs beside each other as Python. */

import type { Limits } from "../numbers/limits";
import {
  drawFunction,
  type LogDir,
  limitLines,
  limitsFunction,
  mapsAround,
  PAGE,
  READ,
  type Script,
  type ScriptColours,
  SMALL,
  type Source,
  script,
  showLine,
} from "./script";
import { call, integers, list, pair, quoted } from "./text";

/** What inputs beside each other show. */
export interface ScriptedInputs {
  logDir: LogDir;
  /** Where the inputs are; `input` is A. */
  source: Source;
  /** The input that A is compared with. */
  other: string;
  /** All inputs that are shown. */
  names: readonly string[];
  /** Step of the record of pictures, and which inputs have one; null where none has. */
  pictures: { step: number; names: readonly string[] } | null;
  /** In the order of their response. */
  channels: readonly number[];
  colours: ScriptColours;
  /** The limits of the difference. */
  differenceLimits: Limits;
  /** Whether not all inputs are shown. */
  some: boolean;
}

const MISSING = [
  "    if name not in logged:",
  "        pictures.append(blank)",
  "        continue",
];

/** Write a script with a row for each channel and a column for each input. */
export function inputsScript(given: ScriptedInputs): Script {
  const { logDir, source, other, names, channels, colours, differenceLimits, some } = given;
  const { run, layer, step, input } = source;
  const at = `[${quoted(source.input)}]`;
  const maps = mapsAround(source).join("activations[name]");
  const limitsOfChannel = colours.limits
    ? []
    : ["    limits = limits_of(*(one[:, :, channel] for one in maps.values()))"];
  return script(
    logDir,
    `Inputs: layer ${layer}, run ${run}, step ${step}; A is ${input}, B is ${other}.`,
    some ? [`${names.length} of the inputs, as in the tab.`] : [],
    colours,
    [READ, drawFunction(colours, SMALL, true), PAGE, ...limitsFunction(colours)],
    [
      `names = ${list(names.map(quoted), "", 8)}`,
      `activations = ${call("read", [quoted(run), quoted(layer), `${step}`], "", 14)}`,
      `maps = {name: ${maps} for name in names}`,
      `change = maps[${quoted(other)}] - maps${at}`,
      "# Ordered by how differently A and B make them respond.",
      `channels = ${integers(channels, "", 11)}`,
      "",
      ...heads(given),
      ...limitLines(colours),
      `limits_apart = ${pair(differenceLimits)}  # of B - A`,
      "for channel in channels:",
      ...limitsOfChannel,
      "    row = [draw(one[:, :, channel], limits) for one in maps.values()]",
      '    apart = draw(change[:, :, channel], limits_apart, colormap="signed")',
      "    pictures += [*row, apart]",
      '    labels += [f"{channel}: {name}" for name in [*names, "B - A"]]',
      showLine("pictures", "labels", names.length + 1),
    ],
  );
}

/** The pictures of the inputs, in a row of their own. */
function heads({ source, names, pictures }: ScriptedInputs): string[] {
  if (!pictures)
    return ["# No pictures of the inputs were logged.", "pictures, labels = [], []", ""];
  const { run } = source;
  const asked = [quoted(run), quoted(":input"), `${pictures.step}`];
  const all = names.every((name) => pictures.names.includes(name));
  return [
    `logged = ${call("read", asked, "", 9)}`,
    "blank = np.full((1, 1, 3), 128, np.uint8)",
    'pictures, labels = [], [*names, ""]',
    "for name in names:",
    ...(all ? [] : MISSING),
    "    picture = logged[name].astype(np.uint8)",
    `    pictures.append(av.imresize(picture, ${SMALL} / max(picture.shape)))`,
    "pictures.append(blank)  # above B - A",
    "",
  ];
}
