import { useEffect } from "preact/hooks";
import { isChosen, isOpen, type Proposal } from "../../../data/sides";
import { CHANGE } from "../../../numbers/differences";
import { COMPARISONS, type Comparison, START } from "../../../state/state";
import { change, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { blink } from "../../frame/navigation";

const WAYS: { [how in Comparison]: string } = {
  side: "Side by side",
  blink: "Blink",
  wipe: "Wipe",
  difference: CHANGE,
};

/** How two are compared. */
export function CompareTools() {
  const { compare, a } = state.value;
  const set = (part: Partial<typeof compare>) => change({ compare: { ...compare, ...part } });
  return (
    <>
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
      <button
        type="button"
        aria-pressed={compare.oneChannel}
        disabled={a.channel === null}
        title={
          a.channel === null
            ? "Click a feature map, or name a channel of A, to compare one channel"
            : "Only this channel, enlarged, or all"
        }
        onClick={() => set({ oneChannel: !compare.oneChannel })}
      >
        {a.channel === null ? "one channel" : `only channel ${a.channel}`}
      </button>
    </>
  );
}

/** What blinks, and whether it does so by itself. */
export function BlinkTools() {
  const still = isStill();
  return (
    <>
      <button type="button" title="Show the other side, in place (space)" onClick={blink}>
        Other side
      </button>
      <label
        title={still ? "Your system asks for less motion: use the space bar" : "Twice a second"}
      >
        <input
          type="checkbox"
          checked={viewState.blinksByItself.value && !still}
          disabled={still}
          onChange={(event) => (viewState.blinksByItself.value = event.currentTarget.checked)}
        />
        automatically
      </label>
    </>
  );
}

/** The entry that stands for what was chosen part by part. */
const OWN = -1;

/** What B is, in one choice; what is proposed comes first, and is taken where B is open. */
export function CompareWith({ proposals }: { proposals: readonly Proposal[] }) {
  const { b } = state.value;
  const open = isOpen(b);
  const at = open ? 0 : proposals.findIndex((proposal) => isChosen(proposal, b));
  const none = !proposals.length;
  const choose = (number: number) => {
    const proposal = proposals[number];
    // The first is open, so that it goes on being what says most.
    change({
      b: number && proposal ? { ...START.b, [proposal.part]: proposal.value } : START.b,
    });
  };
  return (
    <label>
      <span class="word">Compare with</span>
      <select
        class="wide"
        value={String(at)}
        disabled={none && open}
        title={
          none
            ? "There is no other step, input or run with this layer; choose another layer for B"
            : "What B shows; each part of it can be chosen where B is named"
        }
        onChange={(event) => choose(Number(event.currentTarget.value))}
      >
        {at === OWN && <option value={String(OWN)}>as chosen for B</option>}
        {none && <option value="0">nothing to compare with</option>}
        {proposals.map(({ words, value }, i) => (
          <option key={i} value={String(i)}>
            {words}: {value}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How long each side is shown where it blinks by itself, in ms. */
const BEAT = 500;

/** Blink by itself while that is wanted. */
export function useBlinking(): void {
  const on = viewState.blinksByItself.value && !isStill();
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => (viewState.showsB.value = !viewState.showsB.peek()), BEAT);
    return () => clearInterval(timer);
  }, [on]);
}

/** Whether less motion is asked for: then nothing blinks by itself. */
function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
