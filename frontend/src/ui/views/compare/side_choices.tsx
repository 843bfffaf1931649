import { type Answer, failureOf, known, WAITING } from "../../../data/queries";
import { inputNames } from "../../../data/records";
import { listedRuns, stepsOf } from "../../../data/resources";
import { layersOf, readableSteps } from "../../../data/runs";
import {
  type ComparedSide,
  LISTED,
  type ListedPart,
  type OpenPart,
  openPart,
  type Proposal,
} from "../../../data/sides";
import type { Selection } from "../../../state/state";
import { type SideName, select, state } from "../../../state/store";
import { useKnown } from "../../hooks/latest";

interface Props {
  a: ComparedSide | null;
  b: ComparedSide | null;
  proposal: Proposal | null;
}

/** What is on each side, a row each. */
export function SideChoices({ a, b, proposal }: Props) {
  return (
    <div class="sides">
      <span />
      {[...LISTED, "channel"].map((part) => (
        <span class="quiet" key={part} aria-hidden="true">
          {part}
        </span>
      ))}
      <SideRow side="a" shown={a} proposal={null} />
      <SideRow side="b" shown={b ?? a} proposal={proposal} />
    </div>
  );
}

interface SideRowProps {
  side: SideName;
  shown: ComparedSide | null;
  proposal: Proposal | null;
}

/** A list for each part of a side, and a field for its channel. */
function SideRow({ side, shown, proposal }: SideRowProps) {
  const chosen = state.value[side];
  const name = side.toUpperCase();
  const runs = listedRuns();
  // The layers of the run that is chosen: it may not have the one that is shown.
  const run = runs.find((run) => run.run === chosen.run) ?? shown?.record.run;
  const series = useKnown(shown ? stepsOf(shown.record.run.run, shown.record.tag) : WAITING);
  const all: { [part in ListedPart]: string[] } = {
    run: runs.filter((run) => layersOf(run).length).map((run) => run.run),
    step: series ? readableSteps(series).map(({ step }) => String(step)) : [],
    input: shown ? inputNames(shown.record.header) : [],
    layer: run ? layersOf(run).map((tag) => tag.layer) : [],
  };
  const now: { [part in keyof typeof all]: string } = {
    run: shown?.record.run.run ?? "",
    step: String(shown?.record.address.step ?? ""),
    input: shown?.input ?? "",
    layer: shown?.record.tag.layer ?? "",
  };
  return (
    <>
      <b class="badge">{name}</b>
      {LISTED.map((part) => (
        <PartSelect
          key={part}
          name={`${name}: ${part}`}
          options={all[part]}
          value={chosen[part] === null ? null : String(chosen[part])}
          drawn={now[part]}
          open={openWords(openPart(side, part, state.value))}
          proposed={proposal?.part === part ? String(proposal.value) : null}
          set={(value) => select(side, picked(part, value))}
        />
      ))}
      <ChannelField side={side} shown={shown} />
    </>
  );
}

/** What is shown where a part is left open, in words. */
function openWords(part: Answer<OpenPart>): string {
  const open = known(part);
  if (open) return `${open.words}: ${open.value}`;
  return failureOf(part) === null ? "loading …" : "leave open";
}

function picked(part: keyof Selection, value: string | null): Partial<Selection> {
  return { [part]: part === "step" && value !== null ? Number(value) : value };
}

interface PartSelectProps {
  name: string;
  options: readonly string[];
  value: string | null;
  /** What is shown for it. */
  drawn: string;
  /** What it would be if it were left open. */
  open: string;
  proposed: string | null;
  set: (value: string | null) => void;
}

/** A list; its first entry leaves the part open. */
function PartSelect({ name, options, value, drawn, open, proposed, set }: PartSelectProps) {
  const shown = value ?? proposed;
  const known = shown === null || options.includes(shown) ? options : [shown, ...options];
  return (
    <select
      aria-label={name}
      title={`${name}: ${shown ?? open}${value === null && proposed ? ", suggested" : ""}`}
      // Numbers, since a name may be empty.
      value={String(shown === null ? -1 : known.indexOf(shown))}
      onChange={(event) => set(known[Number(event.currentTarget.value)] ?? null)}
    >
      {proposed === null && <option value="-1">{open}</option>}
      {known.map((option, i) => (
        <option key={option} value={String(i)}>
          {options.includes(option) || !drawn ? option : `${option}, shown: ${drawn}`}
        </option>
      ))}
    </select>
  );
}

function ChannelField({ side, shown }: { side: SideName; shown: ComparedSide | null }) {
  const { channel } = state.value[side];
  const count = shown?.record.header.inputs[0]?.packed.shape[2] ?? 0;
  const name = `${side.toUpperCase()}: channel`;
  const from = state.value.a.channel;
  return (
    <input
      class="number"
      inputMode="numeric"
      aria-label={name}
      title={`${name}, 0 to ${count - 1}; empty for ${side === "a" ? "none" : "that of A"}`}
      placeholder={side === "a" ? "none" : `as A${from === null ? "" : `: ${from}`}`}
      value={channel ?? ""}
      onChange={(event) => {
        const field = event.currentTarget;
        const text = field.value.trim();
        if (!text) select(side, { channel: null });
        else if (/^\d+$/.test(text) && Number(text) < count) {
          select(side, { channel: Number(text) });
        } else field.value = String(channel ?? "");
      }}
    />
  );
}
