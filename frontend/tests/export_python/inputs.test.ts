import { expect, it } from "vitest";
import { inputsScript, type ScriptedInputs } from "../../src/export_python/inputs";
import { bodyOf, OWN, SHARED, SOURCE } from "./fixtures";

const INPUTS: ScriptedInputs = {
  logDir: "runs",
  source: SOURCE,
  other: "closed",
  names: ["face", "cat", "closed"],
  pictures: { step: 0, names: ["face", "cat", "closed"] },
  channels: [4, 0, 2],
  colours: SHARED,
  differenceLimits: { low: -3, high: 3 },
  some: false,
};
const READ = `names = ["face", "cat", "closed"]
activations = read("a", "conv", 3)
maps = {name: activations[name] for name in names}
change = maps["closed"] - maps["face"]
# Ordered by how differently A and B make them respond.
channels = [4, 0, 2]

`;

it("has a row for each channel, a column for each input and one for the difference", () => {
  const { code } = inputsScript(INPUTS);
  expect(code).toContain('def draw(values, limits, size=96, colormap="gray"):\n');
  expect(code).toContain("av.colorize(values, limits, colormap, shades=True)\n");
  expect(bodyOf(code)).toBe(`${READ}logged = read("a", ":input", 0)
blank = np.full((1, 1, 3), 128, np.uint8)
pictures, labels = [], [*names, ""]
for name in names:
    picture = logged[name].astype(np.uint8)
    pictures.append(av.imresize(picture, 96 / max(picture.shape)))
pictures.append(blank)  # above B - A

# Scale: smallest to largest value of the layer for this input.
limits = (0, 2.5)
limits_apart = (-3, 3)  # of B - A
for channel in channels:
    row = [draw(one[:, :, channel], limits) for one in maps.values()]
    apart = draw(change[:, :, channel], limits_apart, colormap="signed")
    pictures += [*row, apart]
    labels += [f"{channel}: {name}" for name in [*names, "B - A"]]
Image.fromarray(page(pictures, labels, columns=4)).show()
`);
});

it("leaves room above inputs without a picture", () => {
  const some = inputsScript({ ...INPUTS, pictures: { step: 0, names: ["cat"] } });
  expect(some.code).toContain(`    if name not in logged:
        pictures.append(blank)
        continue
`);
  expect(bodyOf(inputsScript({ ...INPUTS, pictures: null }).code)).toContain(
    `${READ}# No pictures of the inputs were logged.
pictures, labels = [], []

# Scale`,
  );
});

it("finds the limits of each channel for all inputs", () => {
  expect(inputsScript({ ...INPUTS, colours: OWN }).code).toContain(`for channel in channels:
    limits = limits_of(*(one[:, :, channel] for one in maps.values()))
    row =`);
});

it("says that not all inputs are shown", () => {
  expect(inputsScript({ ...INPUTS, some: true }).notes.at(-1)).toBe(
    "3 of the inputs, as in the tab.",
  );
});
