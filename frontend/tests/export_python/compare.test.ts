import { describe, expect, it } from "vitest";
import { compareScript, type ScriptedComparison } from "../../src/export_python/compare";
import { bodyOf, OWN, SHARED, SOURCE } from "./fixtures";

const BOTH: ScriptedComparison = {
  logDir: "runs",
  a: SOURCE,
  b: { ...SOURCE, run: "b", step: 0 },
  pair: null,
  channels: [0, 1, 2, 3],
  channelsB: null,
  how: "side",
  measured: "all",
  columns: 2,
  colours: SHARED,
  own: null,
};
const READ = `a = read("a", "conv", 3)["face"]
b = read("b", "conv", 0)["face"]
`;
const DISTANCES = `finite = np.isfinite(a) & np.isfinite(b)
x, y = a[finite].astype(np.float64), b[finite].astype(np.float64)
l1, l2 = np.abs(x - y).sum(), np.linalg.norm(x - y)
`;

describe("compareScript", () => {
  it("draws both sides on one scale, and prints how far they are apart", () => {
    const { code } = compareScript(BOTH);
    expect(code).toContain(
      "# Compare: A is layer conv, run a, step 3, input face; B is layer conv, run b, step 0,\n" +
        "# input face.\n",
    );
    expect(bodyOf(code)).toBe(`${READ}channels = range(4)

${DISTANCES}cosine = x @ y / (np.linalg.norm(x) * np.linalg.norm(y))
print(f"L1 {l1:.5g}, L2 {l2:.5g}, cosine {cosine:.5g}")
print(f"{np.sum(~finite)} positions not finite, left out")

# Scale: smallest to largest value of the layer for this input.
limits = (0, 2.5)
sides = []
for side in (a, b):
    pictures = [draw(side[:, :, channel], limits) for channel in channels]
    labels = [f"channel {channel}" for channel in channels]
    sides.append(page(pictures, labels, columns=2))
labels = ["A: run a, step 3, input face, conv", "B: run b, step 0, input face, conv"]
Image.fromarray(page(sides, labels, columns=2, gap=16)).show()
`);
  });

  it("draws the difference", () => {
    const { code } = compareScript({ ...BOTH, how: "difference", measured: "lengths" });
    expect(bodyOf(code)).toBe(`${READ}channels = range(4)

${DISTANCES}print(f"L1 {l1:.5g}, L2 {l2:.5g}, no cosine: one of them is zero")
print(f"{np.sum(~finite)} positions not finite, left out")

# Scale: smallest to largest value of the layer for this input.
limits = (0, 2.5)
chosen = [(b - a)[:, :, channel] for channel in channels]
pictures = [draw(one, limits) for one in chosen]
labels = [f"channel {channel}" for channel in channels]
Image.fromarray(page(pictures, labels, columns=2)).show()
`);
  });

  it("says that nothing can be measured", () => {
    const body = bodyOf(compareScript({ ...BOTH, measured: "nothing" }).code);
    expect(body).toContain('\n\nprint("nothing finite to compare")\n\n# Scale');
  });

  it("draws one channel of each side, which may be others", () => {
    const { code } = compareScript({ ...BOTH, pair: { a: 3, b: 5 }, columns: 1 });
    expect(code).toContain("step 3, input face, channel 3; B is");
    expect(code).toContain("def draw(values, limits, size=480):\n");
    expect(bodyOf(code)).toContain(`${READ}a, b = a[:, :, [3]], b[:, :, [5]]
channels = [0]
`);
    expect(bodyOf(code)).toContain(`
    labels = [""]
    sides.append(page(pictures, labels, columns=1))
labels = [
    "A: run a, step 3, input face, conv, channel 3",
    "B: run b, step 0, input face, conv, channel 5",
]
`);
  });

  it("says that blinking and wiping become two pictures", () => {
    for (const [how, words] of [
      ["blink", "The tab blinks between A and B; here they are beside each other."],
      ["wipe", "The tab wipes from A to B; here they are beside each other."],
    ] as const) {
      expect(compareScript({ ...BOTH, how }).notes.at(-1)).toBe(words);
    }
  });

  it("finds the limits of each channel on both sides", () => {
    expect(bodyOf(compareScript({ ...BOTH, colours: OWN }).code)).toContain(
      `limits = {one: limits_of(a[:, :, one], b[:, :, one]) for one in channels}
sides = []
for side in (a, b):
    pictures = [draw(side[:, :, one], limits[one]) for one in channels]
`,
    );
  });

  it("draws each side on its own scale", () => {
    const own = { a: { low: 0, high: 1 }, b: { low: 0, high: 300 } };
    expect(bodyOf(compareScript({ ...BOTH, own }).code)).toContain(`# Scale: ${SHARED.words}.
sides = []
for side, limits in (
    (a, (0, 1)),
    (b, (0, 300)),
):
    pictures = [draw(side[:, :, one], limits) for one in channels]
    labels = [f"channel {channel}" for channel in channels]
    sides.append(page(pictures, labels, columns=2))
`);
    const each = { ...BOTH, own: { a: null, b: null }, colours: OWN, channelsB: [0, 1, 2] };
    expect(bodyOf(compareScript(each).code)).toContain(`for side, limits, channels in (
    (a, None, channels),
    (b, None, range(3)),
):
    pictures = [draw(side[:, :, one], limits_of(side[:, :, one])) for one in channels]
`);
  });

  it("draws layers that have not as many channels", () => {
    const unlike = { ...BOTH, channelsB: [0, 1, 2], measured: null } as const;
    const shared = bodyOf(compareScript(unlike).code);
    expect(shared).not.toContain("finite");
    expect(shared).toContain("for side, channels in ((a, channels), (b, range(3))):\n");
    expect(bodyOf(compareScript({ ...unlike, colours: OWN }).code)).toContain(`limits = {
    one: limits_of(a[:, :, one : one + 1], b[:, :, one : one + 1])
    for one in range(max(a.shape[2], b.shape[2]))
}
`);
  });
});
