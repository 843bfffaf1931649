import type { Header } from "../../data/api";
import { chosenRecord, chosenSeries, inputIn, present } from "../../data/records";
import { listing } from "../../data/resources";
import { format } from "../../drawing/legend";
import { state } from "../../state/store";
import { useSteady } from "../hooks/latest";
import { kept } from "./scrubber";

/** The line below all: what was logged, how exactly, and what is not there. */
export function Honesty() {
  const record = useSteady(chosenRecord(present(state.value.a))).value;
  const series = useSteady(chosenSeries(present(state.value.a))).value;
  if (!record) return <p class="honesty" />;
  const { header } = record;
  const most = listing.value.state === "ready" ? listing.value.value.kept_at_most : null;
  const parts = [
    `${header.inputs.length} ${header.inputs.length === 1 ? "input" : "inputs"} of ${header.producer}`,
    precision(header, inputIn(header, state.value.a.input)),
    header.reduced ? `left out: ${header.reduced}` : "nothing left out",
    `preprocessing: ${header.preprocess || "none"}`,
    series && kept(series.steps.length, series.logged),
    most === null ? null : `TensorBoard keeps at most ${most} of a layer`,
  ];
  return <p class="honesty">{parts.filter(Boolean).join(" · ")}</p>;
}

/** Say how exactly values are stored. */
function precision(header: Header, number: number): string {
  const one = header.inputs[number];
  if (!one) return "";
  const { packed, dtype } = one;
  const computed = `computed in ${dtype}`;
  if (packed.precision === "float32") return `${computed}, stored in float32: exact`;
  if (packed.precision === "float16") {
    return `${computed}, stored in float16: within 0.05 % of each value`;
  }
  const steps = packed.low?.map(
    (low, i) => ((packed.high?.[i] ?? low) - low) / packed.levels / 2,
  );
  const worst = Math.max(0, ...(steps ?? []));
  return `${computed}, stored in 8 bits a channel: within ±${format(worst)}`;
}
