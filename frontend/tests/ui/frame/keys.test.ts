import { describe, expect, it } from "vitest";
import { keeps } from "../../../src/ui/frame/keys";

const KEYS = [" ", "Enter", "ArrowLeft", "Home", "b", "x", "c", "1", "?"];
const kept = (element: string, type = "") => KEYS.filter((key) => keeps(element, type, key));

describe("keeps", () => {
  it("leaves to a slider what moves it, and no more", () => {
    expect(kept("input", "range")).toEqual(["ArrowLeft", "Home"]);
  });

  it("leaves to a button, to the head of a menu and to a box what presses them", () => {
    expect(kept("button", "button")).toEqual([" ", "Enter"]);
    expect(kept("summary")).toEqual([" ", "Enter"]);
    expect(kept("input", "checkbox")).toEqual([" "]);
  });

  it("leaves to a list what opens it and what goes through it, but no letters", () => {
    expect(kept("select", "select-one")).toEqual([" ", "Enter", "ArrowLeft", "Home"]);
  });

  it("leaves everything to what is written into, and to dialogs", () => {
    for (const [element, type] of [
      ["input", "text"],
      ["input", "search"],
      ["textarea", "textarea"],
      ["dialog", undefined],
    ] as const) {
      expect(kept(element, type)).toEqual(KEYS);
    }
  });

  it("needs nothing elsewhere", () => {
    expect(kept("div")).toEqual([]);
  });
});
