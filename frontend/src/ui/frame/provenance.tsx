import type { Header, Series } from "../../data/api";
import { andThen, known, orElse, ready } from "../../data/queries";
import { present, type ShownRecord, shownRecord } from "../../data/records";
import { listing, stepsOf } from "../../data/resources";
import { counted, format } from "../../drawing/legend";
import { state } from "../../state/store";
import { Answered } from "../parts/answered";
import { keptWords } from "./scrubber";

/** The line below all: what was logged, how exactly, and what is not there. */
export function Provenance() {
  // Of what is drawn, not of what is on its way: with its values.
  const answer = andThen(shownRecord(present(state.value.a)), (record) =>
    andThen(orElse(stepsOf(record.run.run, record.tag), null), (series) =>
      ready({ record, series }),
    ),
  );
  return (
    <p class="honesty">
      <Answered of={answer} what="the layer" room="beside">
        {({ record, series }) => <span>{provenanceWords(record, series)}</span>}
      </Answered>
    </p>
  );
}

function provenanceWords({ header, number }: ShownRecord, series: Series | null): string {
  const most = known(listing.value)?.kept_at_most ?? null;
  return [
    `${counted(header.inputs.length, "input")} of ${header.producer}`,
    precision(header, number),
    header.reduced ? `left out: ${header.reduced}` : "nothing left out",
    `preprocessing: ${header.preprocess || "none"}`,
    series && keptWords(series.steps.length, series.logged),
    most === null ? null : `TensorBoard keeps at most ${most} of a layer`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** How exactly values are stored, in words. */
function precision(header: Header, number: number): string {
  const input = header.inputs[number];
  if (!input) return "";
  const { packed, dtype } = input;
  const computed = `computed in ${dtype}`;
  if (packed.precision === "float32") return `${computed}, stored in float32: exact`;
  if (packed.precision === "float16") {
    return `${computed}, stored in float16: within 0.05 % of each value`;
  }
  const { low, high, levels } = packed;
  const errors = low?.map(
    (least, i) => ((high?.[i] ?? least ?? 0) - (least ?? 0)) / levels / 2,
  );
  const worst = Math.max(0, ...(errors ?? []));
  return `${computed}, stored in 8 bits a channel: within ±${format(worst)}`;
}
