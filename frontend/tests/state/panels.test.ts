import { describe, expect, it } from "vitest";
import {
  NARROWEST,
  panelsIn,
  panelsText,
  START_PANELS,
  WIDEST,
  withFold,
  withWidth,
} from "../../src/state/panels";

describe("panels", () => {
  it("are kept as text and read back", () => {
    const panels = withFold(withWidth(START_PANELS, "layers", 400), "aside", true);
    expect(panelsText(panels)).toBe("layers:400;aside:264:folded");
    expect(panelsIn(panelsText(panels))).toEqual(panels);
    expect(panelsIn("")).toEqual(START_PANELS);
    expect(panelsIn("", true)).toEqual(withFold(START_PANELS, "layers", true));
    expect(panelsIn("layers:300", true).layers).toEqual({ width: 300, folded: false });
  });

  it("stay within their bounds, and unfold when they are made wider", () => {
    expect(withWidth(START_PANELS, "layers", 3).layers.width).toBe(NARROWEST);
    expect(withWidth(START_PANELS, "aside", 9999).aside.width).toBe(WIDEST);
    const folded = withFold(START_PANELS, "layers", true);
    expect(withWidth(folded, "layers", 300).layers).toEqual({ width: 300, folded: false });
  });

  it("are as at the start where what was kept is junk", () => {
    for (const junk of ["layers", "layers:x;aside:-3", "other:300", "layers:300:maybe"]) {
      expect(panelsIn(junk)).toEqual(START_PANELS);
    }
    expect(panelsIn("junk;aside:300")).toEqual(withWidth(START_PANELS, "aside", 300));
    expect(panelsIn("layers:9999").layers.width).toBe(WIDEST);
  });
});
