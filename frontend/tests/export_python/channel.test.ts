import { expect, it } from "vitest";
import {
  channelScript,
  type ScriptedChannel,
  type UnderlyingInput,
} from "../../src/export_python/channel";
import { bodyOf, SHARED, SOURCE } from "./fixtures";

const UNDER: UnderlyingInput = {
  source: { ...SOURCE, layer: ":input", step: 0 },
  channels: 3,
  zoom: 26,
  area: { x: -13, y: 26, width: 416, height: 400 },
  opacity: 0.6,
  known: true,
  shrunk: false,
  map: "heat",
  smooth: true,
};
const CHANNEL: ScriptedChannel = {
  logDir: "runs",
  source: SOURCE,
  after: null,
  colours: SHARED,
  channel: 7,
  under: UNDER,
};

it("draws the channel, and beside it what it is laid on", () => {
  const { code, notes } = channelScript(CHANNEL);
  expect(notes.slice(1)).toEqual([
    "The tab smooths between values; here each has one colour.",
    "Histogram, statistics and curves are not drawn.",
  ]);
  expect(code).toContain("# Channel 7: layer conv, run a, step 3, input face.\n");
  expect(code).toContain('def draw(values, limits, size=480, colormap="gray"):\n');
  expect(bodyOf(code)).toBe(`maps = read("a", "conv", 3)["face"]

# Scale: smallest to largest value of the layer for this input.
limits = (0, 2.5)
large = draw(maps[:, :, 7], limits)
pictures = [large]
labels = ["channel 7 of conv, run a, step 3"]

# On the input, where the receptive fields of the values say.
values = maps[:, :, 7]
picture = read("a", ":input", 0)["face"]
picture = picture.astype(np.uint8).repeat(26, 0).repeat(26, 1)
over = draw(values, limits, colormap="heat")
# The larger a value, the more it covers; what is not finite covers most.
shade = av.colorize(values, limits, "gray", shades=True)
plain = (shade == shade[:, :, :1]).all(2)
cover = np.where(plain, shade[:, :, 0], 255).astype(np.uint8)
down, across = (large.shape[i] // cover.shape[i] for i in (0, 1))
cover = cover.repeat(down, 0).repeat(across, 1)
size = 400, 416
over = Image.fromarray(av.imresize(over, size, "nearest"))
cover = np.rint(0.6 * av.imresize(cover, size, "nearest")).astype(np.uint8)
laid = Image.fromarray(picture)
laid.paste(over, (-13, 26), Image.fromarray(cover))
pictures.append(np.asarray(laid))
labels.append("on the input face")
Image.fromarray(page(pictures, labels, columns=2)).show()
`);
});

it("lets zero cover nothing where colours are of both signs", () => {
  const colours = { ...CHANNEL.colours, map: "signed" as const, gamma: 0.5 };
  const { code } = channelScript({ ...CHANNEL, colours });
  expect(code).toContain(`shade = av.colorize(values, limits, "gray", shades=True)
plain = (shade == shade[:, :, :1]).all(2)
ends = 0, max(map(abs, limits))
sizes = np.abs(np.clip(values, *limits))
shade = av.colorize(sizes, ends, "gray", gamma=0.5, shades=True)
cover = np.where(plain, shade[:, :, 0], 255).astype(np.uint8)
`);
});

it("makes three colours of pictures that have fewer, or more", () => {
  const code = (channels: number) =>
    channelScript({ ...CHANNEL, under: { ...UNDER, channels } }).code;
  expect(code(1)).toContain("picture = picture[:, :, [0, 0, 0]].astype(np.uint8)");
  expect(code(4)).toContain("picture = picture[:, :, :3].astype(np.uint8)");
});

it("says what it cannot know or show", () => {
  const under = { ...UNDER, known: false, shrunk: true };
  const { code, notes } = channelScript({ ...CHANNEL, under });
  expect(notes.at(-1)).toBe(
    "On the input the tab shows means of several values, this only some of them.",
  );
  expect(code).toContain(
    "# Stretched over it: the receptive field does not say which value lies where.\n",
  );
  const alone = channelScript({ ...CHANNEL, under: null });
  expect(alone.notes.at(-1)).toBe("No picture of this input was logged.");
  expect(bodyOf(alone.code)).toMatch(
    /labels = \[.*\]\nImage.fromarray\(page\(pictures, labels, columns=1\)\).show\(\)\n$/,
  );
});
