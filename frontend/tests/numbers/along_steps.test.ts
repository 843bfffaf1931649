import { describe, expect, it } from "vitest";
import { alongSteps, countedByRecord, countedByScalar } from "../../src/numbers/along_steps";

/** Steps with their wall times. */
const kept = (...steps: [number, number | null][]) =>
  steps.map(([step, wall_time]) => ({ step, wall_time }));

/** A scalar at steps with their wall times, whose values count from 0. */
const scalar = (...points: [number, number | null][]) => ({
  steps: points.map(([step]) => step),
  wall_times: points.map(([, time]) => time),
  values: points.map((_, i) => i),
});

const ALIKE = { records: "epochs", scalar: "epochs" } as const;
const OTHERWISE = { records: "batches", scalar: "epochs" } as const;

describe("a scalar along the kept steps", () => {
  it("is placed by step, and between those that were kept, however late they were written", () => {
    const found = alongSteps(
      kept([0, 90], [2, 91], [4, 92]),
      scalar([0, 11], [1, 21], [2, 31], [3, 41], [4, 51], [5, 61]),
      ALIKE,
    );
    expect(found).toEqual({
      by: "step",
      points: [
        { x: 0, y: 0 },
        { x: 0.5, y: 1 },
        { x: 1, y: 2 },
        { x: 1.5, y: 3 },
        { x: 2, y: 4 },
      ],
      at: [0, 2, 4],
      beyond: 1,
    });
  });

  it("is placed by time where one counts batches and the other one epochs", () => {
    // Batches 0, 30 and 60 were kept; an epoch has 20 of them, and ends where it is written.
    const found = alongSteps(
      kept([0, 100], [30, 130], [60, 160]),
      scalar([0, 120], [1, 140], [2, 160], [3, 180]),
      OTHERWISE,
    );
    expect(found).toEqual({
      by: "time",
      points: [
        { x: expect.closeTo(2 / 3, 12), y: 0 },
        { x: expect.closeTo(4 / 3, 12), y: 1 },
        { x: 2, y: 2 },
      ],
      at: [null, 0, 2],
      beyond: 1,
    });
  });

  it("is placed by step where it is not known what is counted, or when it was", () => {
    const epochs = scalar([0, 20], [1, 40]);
    const counted = { records: null, scalar: "epochs" } as const;
    expect(alongSteps(kept([0, 0], [30, 50]), epochs, counted).by).toBe("step");
    expect(alongSteps(kept([0, 0], [30, null]), epochs, OTHERWISE).by).toBe("step");
    expect(alongSteps(kept([0, 50], [30, 0]), epochs, OTHERWISE).by).toBe("step");
    const untimed = scalar([0, 20], [1, null]);
    expect(alongSteps(kept([0, 0], [30, 50]), untimed, OTHERWISE).by).toBe("step");
  });

  it("keeps what is not finite", () => {
    const broken = { steps: [0, 1], wall_times: [0, 1], values: [1, null] };
    expect(alongSteps(kept([0, 0], [1, 1]), broken, ALIKE).points).toEqual([
      { x: 0, y: 1 },
      { x: 1, y: null },
    ]);
  });

  it("is nowhere without steps, or without points", () => {
    const nothing = { by: "step", points: [], at: [], beyond: 0 };
    expect(alongSteps([], scalar(), ALIKE)).toEqual(nothing);
    expect(alongSteps(kept([0, 0]), scalar(), ALIKE)).toEqual({ ...nothing, at: [null] });
  });
});

describe("what steps count", () => {
  it("is told by a record's place in the training", () => {
    expect(countedByRecord({ epoch: 1 })).toBe("epochs");
    expect(countedByRecord({ epoch: 1, batch: 30 })).toBe("batches");
    expect(countedByRecord({})).toBeNull();
  });

  it.each([
    ["epoch_loss", "epochs"],
    ["train: epoch_accuracy", "epochs"],
    ["../my runs/train: batch_loss", "batches"],
    ["validation: evaluation_loss_vs_iterations", "batches"],
    ["loss", null],
    ["train/epoch_loss_of_mine: loss", null],
  ])("is told by Keras' name %s: %s", (name, counted) => {
    expect(countedByScalar(name)).toBe(counted);
  });
});
