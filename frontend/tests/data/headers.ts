import type { Header, InputHeader } from "../../src/data/api";

/** A header of one input whose maps are 2 × 2, with what a test is about. */
export function headerWith(
  channels: number,
  { kind, ...part }: Partial<InputHeader> & { kind?: string } = {},
  dead: number[] = [],
): Header {
  const counts = Array<number>(channels).fill(0);
  return {
    producer: "",
    step: 3,
    position: {},
    layer: { path: "a", class_name: kind ?? "Conv2D", kind: "other", partner: null },
    preprocess: "",
    reduced: "",
    dead,
    inputs: [
      {
        name: "input",
        shape: [2, 2, channels],
        dtype: "float32",
        packed: { precision: "float32", shape: [2, 2, channels], exponent: 0, levels: 255 },
        nan_count: counts,
        inf_count: counts,
        strongest: [],
        predictions: [],
        ...part,
      },
    ],
  } as Header;
}
