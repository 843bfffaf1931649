import { describe, expect, it } from "vitest";
import type { Header, Run, Tag } from "../../src/data/api";
import { isLiving, lifelessness, Openings } from "../../src/data/opening";
import type { Answer } from "../../src/data/queries";
import { headerWith } from "./headers";

const [LIVING, DEAD] = [headerWith(2), headerWith(2, {}, [0, 1])];
const DENSE = headerWith(2, { kind: "Dense" });
/** A layer whose maps go into the activation function of another. */
const into = (partner: string, header = LIVING): Header => ({
  ...header,
  layer: { ...header.layer, kind: "pre-activation", partner },
});
const WAITING: Answer<Header> = { state: "waiting" };
const FAILED: Answer<Header> = { state: "failed", reason: "" };

function tag(layer: string, wall: number, unreadable: string | null = null): Tag {
  return { tag: `${layer}/x`, layer, last_step: 0, last_wall_time: wall, unreadable };
}

function run(layers: string, unreadable = ""): Run {
  const tags = [...layers].map((layer, i) =>
    tag(layer, i, unreadable.includes(layer) ? "broken" : null),
  );
  return { run: "x", tags, unreadable: null };
}

/** Openings that know these headers, and the layers that they asked for, in order. */
function knowing(headers: { [layer: string]: Header | Answer<Header> }) {
  const asked: string[] = [];
  const openings = new Openings((_, { layer }) => {
    asked.push(layer);
    const found = headers[layer] ?? WAITING;
    return "state" in found ? found : { state: "ready", value: found };
  });
  const of = (one: Run) => {
    const answer = openings.of(one);
    return answer?.state === "ready" ? answer.value.layer : (answer?.state ?? null);
  };
  return { of, asked, headers };
}

describe("the layer to begin with", () => {
  it("is the middle one, of which alone the header is asked for", () => {
    const { of, asked } = knowing({ c: LIVING });
    expect(of(run("abcde"))).toBe("c");
    expect(asked).toEqual(["c"]);
  });

  it("is the nearest living one where the middle is dead, asked for one by one", () => {
    const known = knowing({ c: DEAD });
    expect(known.of(run("abcde"))).toBe("waiting");
    expect(known.asked).toEqual(["c", "d"]);
    known.headers.d = DENSE;
    known.headers.b = FAILED;
    known.headers.e = LIVING;
    expect(known.of(run("abcde"))).toBe("e");
    expect(known.asked).not.toContain("a");
  });

  it("is the middle one where none is alive", () => {
    const { of } = knowing({ a: DENSE, b: DEAD, c: DENSE, d: DEAD, e: DEAD });
    expect(of(run("abcde"))).toBe("d");
  });

  it("is what comes out of an activation function, where both halves were logged", () => {
    const { of, asked } = knowing({ c: into("d"), d: LIVING });
    expect(of(run("abcde"))).toBe("d");
    expect(asked).toEqual(["c", "d"]);
    expect(knowing({ c: into("elsewhere") }).of(run("abcde"))).toBe("c");
    expect(knowing({ c: into("d"), b: LIVING }).of(run("abcde", "d"))).toBe("c");
  });

  it("is what goes in where nothing alive comes out anywhere", () => {
    const pair = { a: DEAD, b: into("c"), c: DEAD };
    expect(knowing(pair).of(run("abc"))).toBe("b");
    expect(knowing({ ...pair, b: into("c", DEAD) }).of(run("abc"))).toBe("b");
    expect(knowing({ ...pair, a: LIVING }).of(run("abc"))).toBe("a");
  });

  it("stays once it was found, whatever comes later", () => {
    const known = knowing({ c: DEAD, d: LIVING, e: LIVING });
    expect(known.of(run("abcde"))).toBe("d");
    Object.assign(known.headers, { c: LIVING, d: DEAD });
    expect(known.of(run("abcdefghi"))).toBe("d");
    expect(known.of({ ...run("abcde"), run: "y" })).toBe("c");
    expect(known.of(run("abcde", "d"))).toBe("c");
  });

  it("is any where nothing tells, but then it does not stay", () => {
    const known = knowing({ a: DENSE, b: FAILED, c: FAILED });
    expect(known.of(run("abc"))).toBe("b");
    known.headers.c = LIVING;
    expect(known.of(run("abc"))).toBe("c");
    expect(known.of({ ...run(""), run: "empty" })).toBeNull();
    expect(known.of({ ...run("a", "a"), run: "broken" })).toBe("a");
  });
});

describe("lifelessness", () => {
  it("is there only where no channel shows anything", () => {
    expect(lifelessness(headerWith(3), 0)).toBeNull();
    expect(lifelessness(headerWith(3, {}, [0, 2]), 0)).toBeNull();
    expect(lifelessness(headerWith(3, {}, [0, 1, 2]), 0)).toBe("silent");
  });

  it("counts a channel as not finite only where all of its four values are", () => {
    const odd = (nan: number[], inf: number[], dead: number[] = []) =>
      lifelessness(headerWith(2, { nan_count: nan, inf_count: inf }, dead), 0);
    expect(odd([4, 3], [0, 0])).toBeNull();
    expect(odd([4, 3], [0, 1])).toBe("not finite");
    expect(odd([0, 4], [0, 0], [0])).toBe("silent or not finite");
  });

  it("is not claimed of an input that is not there, or of numbers that are not stated", () => {
    expect(lifelessness(headerWith(2, {}, [0, 1]), 1)).toBeNull();
    expect(isLiving(headerWith(2, { nan_count: [], inf_count: [] }), 0)).toBe(true);
  });
});
