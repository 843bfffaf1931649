import type { Header } from "../../data/api";
import { chosenRecord, chosenSeries, inputNumber, present } from "../../data/records";
import { listing } from "../../data/resources";
import { counted, format } from "../../drawing/legend";
import { state } from "../../state/store";
import { useLatest } from "../hooks/latest";
import { keptWords } from "./scrubber";

/** The line below all: what was logged, how exactly, and what is not there. */
export function Provenance() {
  const record = useLatest(chosenRecord(present(state.value.a))).value;
  const series = useLatest(chosenSeries(present(state.value.a))).value;
  if (!record) return <p class="honesty" />;
  const { header } = record;
  const most = listing.value.state === "ready" ? listing.value.value.kept_at_most : null;
  const parts = [
    `${counted(header.inputs.length, "input")} · logged by ${header.producer}`,
    precision(header, inputNumber(header, state.value.a.input)),
    header.reduced ? `left out: ${header.reduced}` : "nothing left out",
    `preprocessing: ${header.preprocess || "none"}`,
    series && keptWords(series.steps.length, series.logged),
    most === null ? null : `TensorBoard keeps at most ${most} steps of a layer`,
  ];
  return <p class="honesty">{parts.filter(Boolean).join(" · ")}</p>;
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
