import { describe, expect, it } from "vitest";
import { momentOf, nearest, newerSteps, type RunStep } from "../../src/numbers/steps";

const entry = (step: number, epoch: number | null, wall_time: number): RunStep => ({
  step,
  epoch,
  wall_time,
});
const slow = [entry(0, 0, 1000), entry(10, 0, 1020), entry(20, 1, 1040), entry(30, 1, 1060)];
const fast = [entry(5, 1, 500), entry(15, 2, 505), entry(25, 3, 510)];
const plain = [entry(0, null, 0), entry(50, null, 30)];

describe("momentOf", () => {
  it("is the step, the epoch, or the time since the first", () => {
    const [, , third] = slow;
    expect(momentOf(slow, third!, "step")).toBe(20);
    expect(momentOf(slow, third!, "epoch")).toBe(1);
    expect(momentOf(slow, third!, "wall")).toBe(40);
    expect(momentOf(plain, plain[1]!, "epoch")).toBeNull();
  });
});

describe("nearest", () => {
  it.each([
    [-5, 0],
    [0, 0],
    [9, 0],
    [10, 10],
    [29, 20],
    [99, 30],
  ])("step %d belongs to %d", (moment, step) => {
    expect(nearest(slow, moment, "step")?.step).toBe(step);
  });

  it("takes the last step of an epoch", () => {
    expect(nearest(slow, 0, "epoch")?.step).toBe(10);
    expect(nearest(slow, 7, "epoch")?.step).toBe(30);
  });

  it("takes the first after, where nothing is before", () => {
    expect(nearest(fast, 0, "epoch")?.step).toBe(5);
    expect(nearest(fast, 0, "step")?.step).toBe(5);
  });

  it("counts time from the first of the run, in any order", () => {
    expect(nearest([...slow].reverse(), 39.9, "wall")?.step).toBe(10);
  });

  it("is null where no moment is known", () => {
    expect(nearest(plain, 1, "epoch")).toBeNull();
    expect(nearest([], 1, "step")).toBeNull();
  });

  it("passes over steps of an unknown epoch", () => {
    expect(nearest([entry(0, 0, 0), entry(1, null, 1)], 5, "epoch")?.step).toBe(0);
  });
});

it("newerSteps counts those after one", () => {
  expect([-1, 2, 3, 8].map((than) => newerSteps([0, 2, 5, 8], than))).toEqual([4, 2, 2, 0]);
});
