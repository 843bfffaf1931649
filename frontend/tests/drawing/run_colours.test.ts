import { describe, expect, it } from "vitest";
import { cssOf, runColours } from "../../src/drawing/run_colours";

describe("the colours of runs", () => {
  it("are given in TensorBoard's order, and begin anew after seven", () => {
    const runs = ["b", "a", "c", "d", "e", "f", "g", "h", "i"];
    const css = [...runColours(runs)].map(([run, colour]) => `${run} ${colour.light}`);
    expect(css).toEqual([
      "b #425066",
      "a #12b5cb",
      "c #e52592",
      "d #f9ab00",
      "e #9334e6",
      "f #7cb342",
      "g #e8710a",
      "h #425066",
      "i #12b5cb",
    ]);
  });

  it("differ on the dark page in the first one only", () => {
    const [first, second] = [...runColours(["a", "b"]).values()].map(cssOf);
    expect(first).toBe("light-dark(#425066, #8e98a3)");
    expect(second).toBe("#12b5cb");
  });
});
