import { describe, expect, it, vi } from "vitest";
import { memoOn } from "../../src/data/memo";

describe("memoOn", () => {
  it("computes once for each owner and argument, as long as they stay", () => {
    const sum = vi.fn((owner: { number: number }, more: number) => owner.number + more);
    const remembered = memoOn(sum);
    const [one, two] = [{ number: 1 }, { number: 2 }];
    expect([remembered(one, 10), remembered(one, 10), remembered(two, 10)]).toEqual([
      11, 11, 12,
    ]);
    expect(sum).toHaveBeenCalledTimes(2);
    expect(remembered(one, 20)).toBe(21);
    expect(remembered(one, 10)).toBe(11);
    expect(sum).toHaveBeenCalledTimes(4);
  });

  it("remembers null, too, and needs no argument", () => {
    const nothing = vi.fn((_owner: object) => null);
    const remembered = memoOn(nothing);
    const owner = {};
    expect([remembered(owner), remembered(owner)]).toEqual([null, null]);
    expect(nothing).toHaveBeenCalledTimes(1);
  });

  it("takes arguments with one key for the same", () => {
    const length = vi.fn((_owner: object, list: readonly number[]) => list.length);
    const remembered = memoOn(length, (_, list) => list.join());
    const owner = {};
    expect([remembered(owner, [1, 2]), remembered(owner, [1, 2])]).toEqual([2, 2]);
    expect(length).toHaveBeenCalledTimes(1);
    expect(remembered(owner, [1, 2, 3])).toBe(3);
  });
});
