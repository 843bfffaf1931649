import type { Header } from "../../data/api";
import type { Ordering } from "../../data/channels";
import { WAITING } from "../../data/queries";
import type { LayerRecord } from "../../data/records";
import { type ExactSelection, exactSelection, sidesOf } from "../../data/sides";
import { zoomBy, zoomOf } from "../../numbers/layout";
import { SORT_KEYS, type SortKey } from "../../numbers/order";
import { pinnedIn, withoutPins } from "../../state/pins";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { stepsNow } from "../frame/navigation";
import { useKnown } from "../hooks/latest";
import { NoChannels, SearchChannels } from "./search";
import "./search.css";

/** Which channels, and in what order. */
export function ChannelTools({ ordering, header }: { ordering: Ordering; header: Header }) {
  const { sort, hideDead, pins } = state.value;
  const count = ordering.channels.length + ordering.hidden;
  const pinned = pinnedIn(pins, header.layer).length;
  return (
    <div class="tools">
      <SortBy />
      <button
        type="button"
        disabled={sort.by === "channel"}
        title={sort.descending ? "Largest first" : "Smallest first"}
        aria-label={sort.descending ? "Largest first" : "Smallest first"}
        onClick={() => change({ sort: { ...sort, descending: !sort.descending } })}
      >
        {sort.descending ? "↓" : "↑"}
      </button>
      <SearchChannels unknown={ordering.unknown} hides={ordering.unsearched} count={count} />
      <label>
        <input
          type="checkbox"
          checked={hideDead}
          onChange={(event) => change({ hideDead: event.currentTarget.checked })}
        />
        hide {header.dead.length} dead
      </label>
      {pinned > 0 && (
        <button
          type="button"
          title="Take out the pins of this layer"
          onClick={() => change({ pins: withoutPins(pins, header.layer) })}
        >
          unpin {pinned}
        </button>
      )}
      <Zoom />
      <span class="quiet values" data-name="count">
        {ordering.channels.length} of {count} channels
      </span>
      {ordering.late && <span class="waiting">Loading what they are sorted by …</span>}
      {ordering.reason !== null && <span class="failed">{ordering.reason}</span>}
      <NoChannels
        shown={ordering.channels.length}
        all={count}
        unsearched={ordering.unsearched}
        dead={hideDead ? header.dead.length : 0}
      />
    </div>
  );
}

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

/** What channels are sorted by. */
function SortBy() {
  const { sort } = state.value;
  // B is asked for only where it matters.
  const sides = useKnown(sort.by === "difference" ? sidesOf(state.value) : WAITING);
  const alone = stepsNow().steps.length === 1;
  return (
    <label class="sort-by" title={titleOf(sort.by, sides ? exactSelection(sides.b) : null)}>
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
function titleOf(by: SortKey, b: ExactSelection | null): string | undefined {
  if (by === "change") return "L2 of the difference to the first step that was kept";
  if (by !== "difference") return undefined;
  const which = b && `: run ${b.run}, step ${b.step}, input ${b.input}, layer ${b.layer}`;
  return `L2 of the difference to B, which is chosen in Compare${which ?? ""}`;
}

/** The size of values, as it is; smaller and larger from there. */
function Zoom() {
  const { zoom } = state.value;
  const cells = viewState.drawnCells.value;
  const smaller = cells && zoomBy(cells, 0.5);
  const larger = cells && zoomBy(cells, 2);
  const size = cells && `${Number(zoomOf(cells).toPrecision(2))}×`;
  return (
    <span class="switch zoom" role="group" aria-label="Zoom">
      <button
        type="button"
        aria-label="Smaller"
        title={smaller === null ? "They cannot be drawn smaller" : "Half as large"}
        disabled={smaller === null}
        onClick={() => change({ zoom: smaller })}
      >
        −
      </button>
      <button
        type="button"
        class="values"
        aria-pressed={zoom === null}
        title={`${size ?? ""} pixels of the screen for a value; fit: as large as there is room`}
        onClick={() => change({ zoom: null })}
      >
        {zoom === null ? `fit ${size ?? ""}` : size}
      </button>
      <button
        type="button"
        aria-label="Larger"
        title={larger === null ? "They cannot be drawn larger" : "Twice as large"}
        disabled={larger === null}
        onClick={() => change({ zoom: larger })}
      >
        +
      </button>
    </span>
  );
}

interface InputsButtonProps {
  record: LayerRecord;
  /** The channel that is looked at there; null leaves it as it is. */
  channel: number | null;
}

/** The way to the inputs beside each other, where there are several. */
export function InputsButton({ record, channel }: InputsButtonProps) {
  if (record.header.inputs.length < 2 || state.value.view === "inputs") return null;
  return (
    <button
      type="button"
      title={
        channel === null
          ? "The channels that respond most differently to the inputs (5)"
          : `Channel ${channel} for all inputs beside each other (5)`
      }
      onClick={() => {
        if (channel !== null) select("a", { channel });
        change({ view: "inputs" });
      }}
    >
      {channel === null ? "How do the inputs differ?" : "How do the inputs differ here?"}
    </button>
  );
}
