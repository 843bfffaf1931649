import type { Record } from "../../data/shown";
import { change, select, state } from "../../state/store";

interface Props {
  record: Record;
  /** The channel that is looked at there; null leaves it as it is. */
  channel: number | null;
}

/** The way to the inputs beside each other, where there are several. */
export function InputsButton({ record, channel }: Props) {
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
