import { isChosen, isOpen, type Proposal } from "../../../data/proposal";
import { START } from "../../../state/state";
import { change, state } from "../../../state/store";

/** The entry that stands for choices of one's own. */
const OWN = -1;

/** What B is, in one choice; what is proposed comes first, and is taken where B is open. */
export function CompareWith({ proposals }: { proposals: readonly Proposal[] | null }) {
  const { b } = state.value;
  if (!proposals) return null;
  const open = isOpen(b);
  const at = open ? 0 : proposals.findIndex((one) => isChosen(one, b));
  const none = !proposals.length;
  const choose = (number: number) => {
    const one = proposals[number];
    // The first is open, so that it goes on being what is most telling.
    change({ b: number && one ? { ...START.b, [one.part]: one.value } : START.b });
  };
  return (
    <label>
      Compare with
      <select
        class="wide"
        value={String(at)}
        disabled={none && open}
        title={
          none
            ? "There is no other step, input or run with this layer; choose another layer for B"
            : "What B shows; each part of it can be chosen in the row B"
        }
        onChange={(event) => choose(Number(event.currentTarget.value))}
      >
        {at === OWN && <option value={String(OWN)}>what row B says</option>}
        {none && <option value="0">nothing else is there</option>}
        {proposals.map(({ words, value }, i) => (
          <option key={i} value={String(i)}>
            {words}: {value}
          </option>
        ))}
      </select>
    </label>
  );
}
