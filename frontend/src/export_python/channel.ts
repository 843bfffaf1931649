/** One channel, by itself and on the input, as Python. */

import type { ColourMapName } from "../drawing/colours";
import type { Rectangle } from "../numbers/layout";
import { mapLines, type ScriptedLayer, titleOf } from "./grid";
import {
  bentBy,
  drawFunction,
  LARGE,
  limitLines,
  PAGE,
  READ,
  readLine,
  type Script,
  type ScriptColours,
  type Source,
  script,
  showLine,
} from "./script";
import { quoted } from "./text";

/** The input that a map is laid on. */
export interface UnderlyingInput {
  source: Source;
  /** How many channels the picture has. */
  channels: number;
  /** Pixels of the drawing for one of the picture. */
  zoom: number;
  /** Where the map lies, in pixels of the drawing. */
  area: Rectangle;
  /** How far the largest values cover the input, 0 to 1. */
  opacity: number;
  /** Whether the place is known from the receptive field. */
  known: boolean;
  /** Whether the map has more values than pixels there. */
  shrunk: boolean;
  /** The colours of the map there, and whether the tab smooths them. */
  map: ColourMapName;
  smooth: boolean;
}

/** What the page of a channel shows. */
export interface ScriptedChannel extends ScriptedLayer {
  channel: number;
  /** Null where no picture was logged, or the values do not lie on it. */
  under: UnderlyingInput | null;
  /** Whether values lie on a picture at all; those of units and sequences do not. */
  liesOnPicture?: boolean;
}

const REST = "Histogram, statistics and curves are not drawn.";
const SHRUNK = "On the input the tab shows means of several values, this only some of them.";
const ALONE = "No picture of this input was logged.";
const NOWHERE = "The values do not lie on the picture of the input.";

/** Write a script that draws a channel, and the input under it. */
export function channelScript(given: ScriptedChannel): Script {
  const { logDir, channel, under, colours, liesOnPicture = true } = given;
  const alone = liesOnPicture ? ALONE : NOWHERE;
  const notes = [REST, ...(under ? [] : [alone]), ...(under?.shrunk ? [SHRUNK] : [])];
  return script(
    logDir,
    titleOf(`Channel ${channel}`, given),
    notes,
    { smooth: colours.smooth || under?.smooth === true },
    [READ, drawFunction(colours, LARGE, true), PAGE],
    [
      ...mapLines(given),
      "",
      ...limitLines(colours),
      `large = draw(maps[:, :, ${channel}], limits)`,
      "pictures = [large]",
      `labels = [${quoted(labelOf(given))}]`,
      ...(under ? overlaid(under, channel, colours) : []),
      showLine("pictures", "labels", under ? 2 : 1),
    ],
  );
}

function labelOf({ channel, source }: ScriptedChannel): string {
  return `channel ${channel} of ${source.layer}, run ${source.run}, step ${source.step}`;
}

/** How far each value covers the input, 0 to 255: in the steps of the colours. */
function covering(colours: ScriptColours): string[] {
  const bent = bentBy(colours)
    .map((one) => `, ${one}`)
    .join("");
  const signed = colours.map === "signed";
  return [
    "# The larger a value, the more it covers; what is not finite covers most.",
    `shade = av.colorize(values, limits, "gray"${signed ? "" : bent}, shades=True)`,
    "plain = (shade == shade[:, :, :1]).all(2)",
    ...(signed
      ? [
          "ends = 0, max(map(abs, limits))",
          "sizes = np.abs(np.clip(values, *limits))",
          `shade = av.colorize(sizes, ends, "gray"${bent}, shades=True)`,
        ]
      : []),
    "cover = np.where(plain, shade[:, :, 0], 255).astype(np.uint8)",
    "down, across = (large.shape[i] // cover.shape[i] for i in (0, 1))",
    "cover = cover.repeat(down, 0).repeat(across, 1)",
  ];
}

function overlaid(under: UnderlyingInput, channel: number, drawn: ScriptColours): string[] {
  const { source, channels, zoom, area, opacity, known } = under;
  const { x, y, width, height } = area;
  const colours = channels === 3 ? "" : channels > 3 ? "[:, :, :3]" : "[:, :, [0, 0, 0]]";
  return [
    "",
    known
      ? "# On the input, where the receptive fields of the values say."
      : "# Stretched over it: the receptive field does not say which value lies where.",
    `values = maps[:, :, ${channel}]`,
    readLine("picture", source),
    `picture = picture${colours}.astype(np.uint8).repeat(${zoom}, 0).repeat(${zoom}, 1)`,
    `over = draw(values, limits, colormap=${quoted(under.map)})`,
    ...covering(drawn),
    `size = ${height}, ${width}`,
    'over = Image.fromarray(av.imresize(over, size, "nearest"))',
    `cover = np.rint(${opacity} * av.imresize(cover, size, "nearest")).astype(np.uint8)`,
    "laid = Image.fromarray(picture)",
    `laid.paste(over, (${x}, ${y}), Image.fromarray(cover))`,
    "pictures.append(np.asarray(laid))",
    `labels.append(${quoted(`on the input ${source.input}`)})`,
  ];
}
