import type { ComponentChildren } from "preact";
import { isOpen } from "../data/proposal";
import { COMPARISONS, type Comparison, START } from "../state/state";
import { change, state } from "../state/store";
import { automatic, blink, isStill } from "./blinking";
import { keepAsB, swap } from "./moves";

const WAYS: { [how in Comparison]: string } = {
  side: "Side by side",
  blink: "Blink",
  wipe: "Wipe",
  difference: "A − B",
};

/** How two are compared. */
export function CompareTools({ children }: { children: ComponentChildren }) {
  const { compare, a, b } = state.value;
  const set = (part: Partial<typeof compare>) => change({ compare: { ...compare, ...part } });
  return (
    <div class="tools">
      <span class="switch" role="group" aria-label="Ways to compare (c)">
        {COMPARISONS.map((how) => (
          <button
            key={how}
            type="button"
            aria-pressed={how === compare.how}
            title={`${WAYS[how]} (c: the next way)`}
            onClick={() => set({ how })}
          >
            {WAYS[how]}
          </button>
        ))}
      </span>
      {compare.how === "blink" && <Automatic />}
      <span class="switch" role="group" aria-label="Channels to compare">
        <button type="button" aria-pressed={!compare.one} onClick={() => set({ one: false })}>
          all channels
        </button>
        <button
          type="button"
          aria-pressed={compare.one}
          disabled={a.channel === null}
          title={a.channel === null ? "Choose a channel first" : "One channel, enlarged"}
          onClick={() => set({ one: true })}
        >
          {a.channel === null ? "one channel" : `channel ${a.channel}`}
        </button>
      </span>
      <button type="button" title="Swap A and B (x)" onClick={swap}>
        A ⇄ B
      </button>
      <button type="button" title="What A shows becomes B too (b)" onClick={keepAsB}>
        A → B
      </button>
      {!isOpen(b) && (
        <button
          type="button"
          title="Leave all of B open again"
          onClick={() => change({ b: START.b })}
        >
          open B
        </button>
      )}
      {children}
    </div>
  );
}

function Automatic() {
  const still = isStill();
  return (
    <>
      <button
        type="button"
        title="Show the other side (space)"
        aria-label="Other side"
        onClick={blink}
      >
        A/B
      </button>
      <label
        title={still ? "Your system asks for less motion: use the space bar" : "Twice a second"}
      >
        <input
          type="checkbox"
          checked={automatic.value && !still}
          disabled={still}
          onChange={(event) => (automatic.value = event.currentTarget.checked)}
        />
        by itself
      </label>
    </>
  );
}
