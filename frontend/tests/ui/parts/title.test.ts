import { expect, it } from "vitest";
import { kindOf } from "../../../src/ui/parts/title";

it("kindOf names the place in a pair only where there is one", () => {
  const layer = { path: "a", class_name: "Conv2D", partner: null } as const;
  expect(kindOf({ ...layer, kind: "other" })).toEqual(["Conv2D"]);
  expect(kindOf({ ...layer, kind: "pre-activation" })).toEqual(["Conv2D", "pre-activation"]);
});
