import { expect, it } from "vitest";
import { boxMeaning, orderWords, SORT_NAMES } from "../../src/data/order_words";
import { SORT_KEYS } from "../../src/numbers/order";
import { START } from "../../src/state/state";

it("every order but that of the numbers is said in words", () => {
  for (const by of SORT_KEYS) {
    const words = orderWords({ ...START, sort: { by, descending: false } });
    if (by === "channel") expect(words).toBeNull();
    else expect(words).toBe(`sorted by ${SORT_NAMES[by]}, smallest first`);
  }
});

it("an order by a box says which box, and for which inputs", () => {
  const drawn = { left: 0.25, top: 0.4, right: 0.5, bottom: 0.5 };
  const sort = { by: "box", descending: true } as const;
  const words = (allInputs: boolean) =>
    orderWords({ ...START, sort, box: { drawn, allInputs } });
  expect(words(false)).toBe(
    "sorted by response in the box (25% to 50% across, 40% to 50% down, this input), " +
      "largest first",
  );
  expect(words(true)).toContain("all inputs");
  expect(
    [boxMeaning(false), boxMeaning(true)].map((one) => one.includes("all inputs")),
  ).toEqual([false, true]);
});
