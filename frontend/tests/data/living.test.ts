import { describe, expect, it } from "vitest";
import { isLiving, lifelessness } from "../../src/data/living";
import { headerWith } from "./headers";

describe("lifelessness", () => {
  it("is there only where no channel shows anything", () => {
    expect(lifelessness(headerWith(3), 0)).toBeNull();
    expect(lifelessness(headerWith(3, {}, [0, 2]), 0)).toBeNull();
    expect(lifelessness(headerWith(3, {}, [0, 1, 2]), 0)).toBe("dead");
  });

  it("counts a channel as not finite only where all of its four values are", () => {
    const odd = (nan: number[], inf: number[], dead: number[] = []) =>
      lifelessness(headerWith(2, { nan_count: nan, inf_count: inf }, dead), 0);
    expect(odd([4, 3], [0, 0])).toBeNull();
    expect(odd([4, 3], [0, 1])).toBe("not finite");
    expect(odd([0, 4], [0, 0], [0])).toBe("dead or not finite");
  });

  it("is not claimed of an input that is not there, or of numbers that are not stated", () => {
    expect(lifelessness(headerWith(2, {}, [0, 1]), 1)).toBeNull();
    expect(isLiving(headerWith(2, { nan_count: [], inf_count: [] }), 0)).toBe(true);
  });
});
