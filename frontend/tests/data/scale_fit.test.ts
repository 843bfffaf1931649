import { describe, expect, it } from "vitest";
import { ready } from "../../src/data/queries";
import type { ShownRecord } from "../../src/data/records";
import { misfitOf, scalingOfChannel } from "../../src/data/scale_fit";
import { coverageOf, type Scaling, scalingOf } from "../../src/data/scaling";
import { type ScaleChoice, START } from "../../src/state/state";

/** Two channels, the second of which is much weaker. */
const maps = {
  height: 1,
  width: 3,
  channels: 2,
  values: new Float32Array([0, 40, 100, 1, 2, 5]),
};
const record = { maps } as unknown as ShownRecord;
const RUNS = { ...START.scale, mode: "runs" } as const;
const wide: Scaling = {
  limits: () => ({ low: 0, high: 1e5 }),
  shared: true,
  words: "all runs",
};

function scalingFor(choice: ScaleChoice) {
  return choice.mode === "runs" ? ready(wide) : scalingOf([record], choice);
}

function found(channels: number[], choice: ScaleChoice) {
  const answer = scalingFor(choice);
  if (answer.state !== "ready") throw new Error(answer.state);
  return misfitOf(
    answer.value,
    coverageOf([{ maps, channels }], answer.value),
    choice,
    scalingFor,
  );
}

describe("a scale that does not fit what is in sight", () => {
  it("is said, with how much of it is used and the one that would fit", () => {
    expect(found([0, 1], RUNS)).toEqual({
      who: "what is shown",
      share: 100 / 1e5,
      fitting: { scale: { ...RUNS, mode: "auto" } },
    });
  });

  it("is each channel's where that of the layer would not fit either", () => {
    const fitting = (mode: "channel") => ({ fitting: { scale: { ...START.scale, mode } } });
    expect(found([1], START.scale)).toMatchObject({ share: 0.04, ...fitting("channel") });
    expect(found([1], RUNS)?.fitting).toEqual({ scale: { ...RUNS, mode: "channel" } });
  });

  it("is none where enough is used, or each channel has its own", () => {
    expect(found([0, 1], START.scale)).toBeNull();
    expect(found([1], { ...START.scale, mode: "channel" })).toBeNull();
  });
});

describe("the scale of one channel", () => {
  function limits(channel: number, mode: ScaleChoice["mode"]) {
    const answer = scalingOfChannel(record, channel, { ...START.scale, mode });
    if (answer.state !== "ready") throw new Error(answer.state);
    return { ...answer.value.limits(channel), words: answer.value.words };
  }

  it("is the layer's where the channel uses enough of it, else its own", () => {
    const words = "smallest to largest value of the layer for this input";
    expect(limits(0, "auto")).toEqual({ low: 0, high: 100, words });
    expect(limits(1, "auto")).toEqual({
      low: 1,
      high: 5,
      words: "the channel's smallest to largest value: of its layer's scale it would use 4%",
    });
  });

  it("is the layer's where that was chosen", () => {
    expect(limits(1, "layer")).toMatchObject({ low: 0, high: 100 });
  });
});
