import { describe, expect, it } from "vitest";
import type { Series } from "../../src/data/api";
import { type AlignableStep, alignableSteps, alignedStep } from "../../src/data/step_alignment";

/** Steps with their wall times. */
function series(...steps: [number, number | null, string?][]): Series {
  return {
    run: "run",
    tag: "conv/activations",
    logged: steps.length,
    steps: steps.map(([step, wall_time, unreadable = null]) => ({
      step,
      wall_time,
      inputs: 1,
      unreadable: unreadable ?? null,
    })),
  };
}

const stepsOf = (entries: readonly AlignableStep[]) => entries.map((entry) => entry.step);

describe("entriesOf", () => {
  const found = series([0, 10], [1, 12, "cut off"], [2, null], [3, 15]);

  it("leaves out what cannot be read, and keeps epochs with their steps", () => {
    const entries = alignableSteps(found, [0, 1, 2, null], "epoch");
    expect(entries).toEqual([
      { kept: found.steps[0], step: 0, epoch: 0, wall_time: 10 },
      { kept: found.steps[2], step: 2, epoch: 2, wall_time: 0 },
      { kept: found.steps[3], step: 3, epoch: null, wall_time: 15 },
    ]);
  });

  it("leaves out what has no wall time where that counts", () => {
    expect(stepsOf(alignableSteps(found, null, "wall"))).toEqual([0, 3]);
    expect(stepsOf(alignableSteps(found, null, "step"))).toEqual([0, 2, 3]);
  });
});

describe("alignedEntry", () => {
  const slow = series([0, 100], [10, 200], [20, 300]);
  const fast = series([0, 7], [5, 57], [12, 127], [40, 407]);
  const find = (step: number, align: "step" | "epoch" | "wall", epochs: number[][] | null) => {
    const answer = alignedStep(
      alignableSteps(slow, epochs?.[0] ?? null, align),
      step,
      alignableSteps(fast, epochs?.[1] ?? null, align),
      align,
    );
    return answer.state === "ready" ? answer.value.step : answer;
  };

  it("takes the last step that is not after it", () => {
    expect([0, 10, 20].map((step) => find(step, "step", null))).toEqual([0, 5, 12]);
  });

  it("compares epochs", () => {
    const epochs = [
      [0, 1, 2],
      [0, 0, 1, 3],
    ];
    expect([0, 10, 20].map((step) => find(step, "epoch", epochs))).toEqual([5, 12, 12]);
  });

  it("compares seconds since the first step of each run", () => {
    expect([0, 10, 20].map((step) => find(step, "wall", null))).toEqual([0, 5, 12]);
  });

  it("says what is missing", () => {
    expect(find(10, "epoch", null)).toEqual({
      state: "failed",
      reason: "Step 10 says no epoch; align by step instead.",
    });
    const known = alignableSteps(slow, [0, 1, 2], "epoch");
    const unknown = alignableSteps(fast, null, "epoch");
    expect(alignedStep(known, 10, unknown, "epoch")).toEqual({
      state: "failed",
      reason:
        "No step of the other run can be aligned: none says its epoch; " +
        "align by step instead.",
    });
    expect(alignedStep([], 3, [], "step")).toEqual({
      state: "failed",
      reason: "There is no readable step to align.",
    });
  });
});
