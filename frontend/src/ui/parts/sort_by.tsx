import type { Exact } from "../../data/proposal";
import { exactly, sidesOf } from "../../data/sides";
import { SORT_KEYS, type SortKey } from "../../numbers/order";
import { change, state } from "../../state/store";
import { stepsNow } from "../frame/navigation";
import { useSteady } from "../hooks/latest";
import "./search.css";

const SORTS: { [key in SortKey]: string } = {
  channel: "channel",
  max: "maximum",
  mean: "mean",
  l2: "L2 norm",
  deviation: "standard deviation",
  zeros: "share of zeros",
  change: "change since start",
  difference: "difference to B",
};

const WAITING = { state: "waiting" } as const;

/** What channels are sorted by. */
export function SortBy() {
  const { sort } = state.value;
  // Nothing is asked for B where nobody wants to know.
  const sides = useSteady(sort.by === "difference" ? sidesOf(state.value) : WAITING).value;
  const alone = stepsNow().steps.length === 1;
  return (
    <label class="sort-by" title={titleOf(sort.by, sides && exactly(sides.b))}>
      Sort by
      <select
        value={sort.by}
        onChange={(event) =>
          change({ sort: { ...sort, by: event.currentTarget.value as SortKey } })
        }
      >
        {SORT_KEYS.map((key) => (
          <option key={key} value={key} disabled={key === "change" && alone}>
            {SORTS[key]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What an order means, where its name does not say it. */
function titleOf(by: SortKey, b: Exact | null): string | undefined {
  if (by === "change") return "L2 of the difference to the first step that was kept";
  if (by !== "difference") return undefined;
  const which = b && `: run ${b.run}, step ${b.step}, input ${b.input}, layer ${b.layer}`;
  return `L2 of the difference to B, which is chosen in Compare${which ?? ""}`;
}
