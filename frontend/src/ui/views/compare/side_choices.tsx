import { WAITING } from "../../../data/queries";
import { listedRuns, stepsOf } from "../../../data/resources";
import { layersOf } from "../../../data/runs";
import type { Side as Found, Proposal } from "../../../data/sides";
import type { Selection } from "../../../state/state";
import { type Side, select, state } from "../../../state/store";
import { useSteady } from "../../hooks/latest";

const PARTS = ["run", "step", "input", "layer", "channel"] as const;

interface Props {
  a: Found | null;
  b: Found | null;
  proposal: Proposal | null;
}

/** What is on each side, a row each. */
export function SideChoices({ a, b, proposal }: Props) {
  return (
    <div class="sides">
      <span />
      {PARTS.map((part) => (
        <span class="quiet" key={part} aria-hidden="true">
          {part}
        </span>
      ))}
      <Row side="a" found={a} proposal={null} />
      <Row side="b" found={b ?? a} proposal={proposal} />
    </div>
  );
}

interface RowProps {
  side: Side;
  found: Found | null;
  proposal: Proposal | null;
}

function Row({ side, found, proposal }: RowProps) {
  const chosen = state.value[side];
  const name = side.toUpperCase();
  const runs = listedRuns();
  // Of the run that is chosen, so that another layer can be where it has not this one.
  const run = runs.find((one) => one.run === chosen.run) ?? found?.record.run;
  const series = useSteady(
    found ? stepsOf(found.record.run.run, found.record.tag) : WAITING,
  ).value;
  const steps = series?.steps.filter((one) => one.unreadable === null) ?? [];
  const all: { [part in "run" | "step" | "input" | "layer"]: string[] } = {
    run: runs.filter((run) => layersOf(run).length).map((run) => run.run),
    step: steps.map((one) => String(one.step)),
    input: found?.record.header.inputs.map((one) => one.name) ?? [],
    layer: run ? layersOf(run).map((tag) => tag.layer) : [],
  };
  const now: { [part in keyof typeof all]: string } = {
    run: found?.record.run.run ?? "",
    step: String(found?.record.place.step ?? ""),
    input: found?.input ?? "",
    layer: found?.record.tag.layer ?? "",
  };
  return (
    <>
      <b class="badge">{name}</b>
      {(["run", "step", "input", "layer"] as const).map((part) => (
        <Part
          key={part}
          name={`${name}: ${part}`}
          options={all[part]}
          value={chosen[part] === null ? null : String(chosen[part])}
          drawn={now[part]}
          open={side === "b" ? `as A${now[part] && `: ${now[part]}`}` : openA(part, now)}
          proposed={proposal?.part === part ? String(proposal.value) : null}
          set={(value) => select(side, picked(part, value))}
        />
      ))}
      <ChannelField side={side} found={found} />
    </>
  );
}

const OPEN_A = { run: "last written", step: "latest", input: "first", layer: "proposed" };

/** What A shows where nothing was chosen. */
function openA(part: keyof typeof OPEN_A, now: { [part: string]: string }) {
  return `${OPEN_A[part]}: ${now[part] ?? ""}`;
}

function picked(part: keyof Selection, value: string | null): Partial<Selection> {
  return { [part]: part === "step" && value !== null ? Number(value) : value };
}

interface PartProps {
  name: string;
  options: readonly string[];
  value: string | null;
  /** What is shown for it. */
  drawn: string;
  /** What it is where it is left open. */
  open: string;
  proposed: string | null;
  set: (value: string | null) => void;
}

/** A list; its first entry leaves the part open. */
function Part({ name, options, value, drawn, open, proposed, set }: PartProps) {
  const shown = value ?? proposed;
  const known = shown === null || options.includes(shown) ? options : [shown, ...options];
  return (
    <select
      aria-label={name}
      title={`${name}: ${shown ?? open}${value === null && proposed ? ", proposed" : ""}`}
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

function ChannelField({ side, found }: { side: Side; found: Found | null }) {
  const { channel } = state.value[side];
  const count = found?.record.header.inputs[0]?.packed.shape[2] ?? 0;
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
