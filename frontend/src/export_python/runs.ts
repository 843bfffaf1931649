/** Layers × runs as Python. */

import { hasOwnLimits, isDistance, type RunMeasure } from "../numbers/run_measures";
import { LOG_DIR, type LogDir, MATRIX, type Script, script } from "./script";
import { call, list, quoted } from "./text";

/** What the table of layers and runs shows. */
export interface ScriptedRuns {
  logDir: LogDir;
  /** The run that the others are compared with, and the input that is. */
  reference: string;
  input: string;
  measure: RunMeasure;
  layers: readonly string[];
  /** The step of each run, in the order of the columns. */
  steps: ReadonlyMap<string, number>;
}

const PRINTED =
  "The numbers are printed, too, a line for each layer and a column for each run.";
const ALL = "The scale is that of all layers, where the tab has that of those in sight.";
const GREY = "Where there is no number the picture is grey.";
/** Sides of a cell of the picture; it is wide enough for the name of its run. */
const [WIDE, HIGH] = [64, 16];

const BOTH = [
  "    a, b = (read.get((one, layer), {}).get(INPUT) for one in (A, run))",
  "    if a is None or b is None or a.shape != b.shape:",
  "        return np.nan",
  "    there = np.isfinite(a) & np.isfinite(b)",
  "    a, b = np.float64(a[there]), np.float64(b[there])",
];
const EACH = [
  "    maps = [av.as_maps(one) for one in read.get((run, layer), {}).values()]",
  "    if not maps:",
  "        return np.nan",
];
const NUMBERS: { [measure in RunMeasure]: readonly string[] } = {
  relative: [...BOTH, "    return np.linalg.norm(b - a) / np.linalg.norm(a)"],
  angle: [...BOTH, "    return 1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b))"],
  mean: [...EACH, "    return np.concatenate([np.ravel(one) for one in maps]).mean()"],
  deviation: [...EACH, "    return np.concatenate([np.ravel(one) for one in maps]).std()"],
  silent: [...EACH, "    return np.all([(one == 0).all((0, 1)) for one in maps], 0).mean()"],
};
const FARTHEST = [
  "# Scale: from 0 to the largest, but not beyond twice the median where that is above 1.",
  "far = np.sort(values[np.isfinite(values) & (values > 0)])",
  "most = max(1, 2 * far[(len(far) - 1) // 2]) if len(far) else 1",
  "most = min(most, np.max(values, initial=0, where=~np.isnan(values))) or 1",
];
const OWN = "most = np.array([end(row) for row in abs(values)])";
const LIMITS: { [measure in RunMeasure]: readonly string[] } = {
  relative: FARTHEST,
  angle: FARTHEST,
  mean: ["# Scale: each layer's own, zero in the middle.", OWN],
  deviation: ["# Scale: each layer's own, from 0 on.", OWN],
  silent: ["most = 1"],
};
const END = [
  "def end(row):",
  '    """The end of a layer\'s colours: its largest, or twice the lower median."""',
  "    row = np.sort(row[~np.isnan(row)])",
  "    if not len(row):",
  "        return 0",
  "    return min(row[-1], 2 * row[(len(row) - 1) // 2]) or row[-1]",
].join("\n");

/** Write a script that draws a row for each layer and a column for each run. */
export function runsScript(given: ScriptedRuns): Script {
  const { logDir, reference, input, measure, layers, steps } = given;
  const numbers = [...new Set(steps.values())].sort((a, b) => a - b).map(String);
  const asked = [
    LOG_DIR,
    "runs=list(steps)",
    "layers=layers",
    `steps=${list(numbers, "    ", 12)}`,
  ];
  const hasReference = isDistance(measure);
  const signed = measure === "mean";
  return script(
    logDir,
    `Runs: ${measure} of each layer; A is run ${reference}${hasReference ? `, input ${input}` : ""}.`,
    [PRINTED, ...(hasReference ? [ALL] : []), GREY],
    { smooth: false },
    [
      [
        "def number(run, layer):",
        '    """What the table has of a layer in a run; NaN where it has nothing."""',
        ...NUMBERS[measure],
      ].join("\n"),
      ...(hasOwnLimits(measure) ? [END] : []),
      MATRIX,
    ],
    [
      ...(hasReference ? [`A, INPUT = ${quoted(reference)}, ${quoted(input)}`] : []),
      `layers = ${list(layers.map(quoted), "", 9)}`,
      "# The step of each run.",
      "steps = {",
      ...[...steps].map(([run, step]) => `    ${quoted(run)}: ${step},`),
      "}",
      `logged = ${call("av.read_records", asked, "", 9)}`,
      "read = {",
      "    (one.run, one.layer): one.activations",
      "    for one in logged",
      "    if one.step == steps[one.run]",
      "}",
      'with np.errstate(divide="ignore", invalid="ignore"):',
      "    values = np.array([[number(run, layer) for run in steps] for layer in layers])",
      'print("layer", *steps, sep="\\t")',
      "for layer, row in zip(layers, values):",
      '    print(layer, *(f"{value:.4g}" for value in row), sep="\\t")',
      "",
      ...LIMITS[measure],
      "high = np.broadcast_to(np.reshape(most, (-1, 1)), (len(layers), 1))",
      "shares = np.clip(values / np.where(high > 0, high, 1), -1, 1)",
      `colors = av.colorize(shares, (${signed ? -1 : 0}, 1), "${signed ? "signed" : "heat"}")`,
      "colors[np.isnan(values)] = 128",
      'names = [f"{run}, step {step}" for run, step in steps.items()]',
      `width = max(${WIDE}, 8 + 6 * max(map(len, names)))`,
      `matrix(colors, layers, names, height=${HIGH}, width=width).show()`,
    ],
  );
}
