import type { Header } from "../../data/api";
import type { Ordering } from "../../data/channels";
import { boxMeaning, SORT_NAMES } from "../../data/order_words";
import { WAITING } from "../../data/queries";
import type { LayerRecord } from "../../data/records";
import { type ExactSelection, exactSelection, sidesOf } from "../../data/sides";
import { inputWords } from "../../drawing/legend";
import { zoomBy, zoomOf } from "../../numbers/layout";
import { channelNoun, formOf } from "../../numbers/map_form";
import { SORT_KEYS, type SortKey } from "../../numbers/order";
import { pinnedIn, withoutPins } from "../../state/pins";
import type { State } from "../../state/state";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { stepsNow } from "../frame/navigation";
import { useKnown } from "../hooks/latest";
import { NoChannels, SearchChannels } from "./search";
import { Advice } from "./status";
import { MEANINGS } from "./words";
import "./search.css";

interface ChannelToolsProps {
  ordering: Ordering;
  header: Header;
  /** Whether what is shown is what the activation function removed. */
  removed?: boolean;
}

/** Which channels, and in what order. */
export function ChannelTools({ ordering, header, removed = false }: ChannelToolsProps) {
  const { sort, pins } = state.value;
  const count = ordering.channels.length + ordering.hidden;
  const pinned = pinnedIn(pins, header.layer).length;
  const noun = channelNoun(formOf(header.layer, header.inputs[0]?.shape ?? []));
  return (
    <div class="tools">
      <SortBy removed={removed} />
      <button
        type="button"
        disabled={sort.by === "channel"}
        aria-keyshortcuts="Shift+T"
        title={`${sort.descending ? "Largest first" : "Smallest first"} (Shift + t)`}
        aria-label={sort.descending ? "Largest first" : "Smallest first"}
        onClick={() => change({ sort: { ...sort, descending: !sort.descending } })}
      >
        {sort.descending ? "↓" : "↑"}
      </button>
      <SearchChannels unknown={ordering.unknown} hides={ordering.unsearched} count={count} />
      <Silent count={ordering.silent} inputs={header.inputs.length} />
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
        {ordering.channels.length} of {count} {noun}s
      </span>
      {ordering.late && <span class="waiting">Loading what they are sorted by …</span>}
      {ordering.reason !== null && <Advice>{ordering.reason}</Advice>}
      <NoChannels
        shown={ordering.channels.length}
        all={count}
        unsearched={ordering.unsearched}
      />
    </div>
  );
}

/** Channels that show nothing, folded away or among the others. */
function Silent({ count, inputs }: { count: number; inputs: number }) {
  const { showSilent, search } = state.value;
  // What is searched for is shown in any case.
  if (!count || search.trim()) return null;
  return (
    <button
      type="button"
      data-name="silent"
      aria-expanded={showSilent}
      title={`Zero everywhere for ${inputWords(inputs)}; another input may make them respond (d)`}
      onClick={() => change({ showSilent: !showSilent })}
    >
      {showSilent ? `fold ${count} silent` : `${count} silent, show`}
    </button>
  );
}

/** What channels are sorted by. */
function SortBy({ removed }: { removed: boolean }) {
  const { sort, box } = state.value;
  // B is asked for only where it matters.
  const sides = useKnown(sort.by === "difference" ? sidesOf(state.value) : WAITING);
  const alone = stepsNow().steps.length === 1;
  return (
    <label class="sort-by" title={titleOf(state.value, sides ? exactSelection(sides.b) : null)}>
      <span class="word">Sort by</span>
      <select
        aria-keyshortcuts="t"
        value={sort.by}
        onChange={(event) =>
          change({ sort: { ...sort, by: event.currentTarget.value as SortKey } })
        }
      >
        {SORT_KEYS.map((key) => (
          <option
            key={key}
            value={key}
            disabled={(key === "change" && alone) || (key === "box" && !box.drawn)}
          >
            {removed && key === "max" ? "farthest from zero" : SORT_NAMES[key]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Which key takes the next order. */
const KEY = "(t: the next)";

/** What an order means, where its name does not say it. */
function titleOf({ sort, box }: State, b: ExactSelection | null): string {
  const { by } = sort;
  if (by === "box") return `${boxMeaning(box.allInputs)} ${KEY}`;
  if (by === "l2") return `${MEANINGS["L2 norm"]} ${KEY}`;
  if (by === "change") return `L2 norm of the difference to the first step kept ${KEY}`;
  if (by !== "difference") return `The order of the channels ${KEY}`;
  const which = b && `: run ${b.run}, step ${b.step}, input ${b.input}, layer ${b.layer}`;
  return `L2 norm of the difference to B, which is chosen in Compare${which ?? ""} ${KEY}`;
}

/** The size of values, as it is; smaller and larger from there. */
export function Zoom() {
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
        title={smaller === null ? "They cannot be drawn smaller" : "Half as large (-)"}
        disabled={smaller === null}
        onClick={() => change({ zoom: smaller })}
      >
        −
      </button>
      <button
        type="button"
        class="values"
        aria-pressed={zoom === null}
        title={`${size ?? ""}: screen pixels for each value; fit: as large as there is room (0)`}
        onClick={() => change({ zoom: null })}
      >
        {zoom === null ? `fit ${size ?? ""}` : size}
      </button>
      <button
        type="button"
        aria-label="Larger"
        title={larger === null ? "They cannot be drawn larger" : "Twice as large (+)"}
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
        viewState.inputsChannel.value = channel;
        change({ view: "inputs" });
      }}
    >
      {channel === null ? "How do the inputs differ?" : "How do the inputs differ here?"}
    </button>
  );
}
