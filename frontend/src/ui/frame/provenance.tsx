import type { InputHeader, Series } from "../../data/api";
import { andThen, known, orElse, ready } from "../../data/queries";
import { present, type ShownRecord, shownRecord } from "../../data/records";
import { listing, stepsOf } from "../../data/resources";
import { counted } from "../../drawing/legend";
import { type About, heldPage } from "../../host/held_page";
import { state } from "../../state/store";
import { Answered } from "../parts/answered";
import { precisionOf } from "../parts/precision";
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
    <section class="honesty" aria-label="What was logged">
      <Answered of={answer} what="the layer" room="beside">
        {({ record, series }) => <span>{provenanceWords(record, series)}</span>}
      </Answered>
      {heldPage && <PageWords about={heldPage.about} />}
    </section>
  );
}

function provenanceWords({ header, input }: ShownRecord, series: Series | null): string {
  const most = known(listing.value)?.kept_at_most ?? null;
  return [
    `${counted(header.inputs.length, "input")} · logged by ${header.producer}`,
    precision(input),
    header.reduced ? `left out: ${header.reduced}` : "nothing left out",
    `preprocessing: ${header.preprocess || "none"}`,
    series && keptWords(series.steps.length, series.logged),
    most === null ? null : `TensorBoard keeps at most ${most} steps of a layer`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** How exactly values were computed and stored, in words. */
function precision(input: InputHeader): string {
  const { stored, within } = precisionOf(input);
  return `computed in ${input.dtype}, stored ${stored}: ${within ?? "exact"}`;
}

/** What a page was made of and by, and what is not in it. */
function PageWords({ about }: { about: About }) {
  const { version, made, log_dir, chosen, losses, problems } = about;
  return (
    <span data-name="page">
      {[
        `This page was made by tb_actviz ${version} on ${made} from ${log_dir}`,
        ...chosen,
      ].join(" · ")}
      {losses.length > 0 && <strong> · left out to fit: {losses.join(" · ")}</strong>}
      {problems.length > 0 && <strong> · not read: {problems.join(" · ")}</strong>}
    </span>
  );
}
