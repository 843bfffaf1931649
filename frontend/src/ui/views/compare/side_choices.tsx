import { useMemo, useRef } from "preact/hooks";
import { type Answer, failureOf, known, WAITING } from "../../../data/queries";
import { inputNames } from "../../../data/records";
import { listedRuns, stepsOf } from "../../../data/resources";
import { layersOf, readableSteps } from "../../../data/runs";
import {
  type ComparedSide,
  exactSelection,
  LISTED,
  type ListedPart,
  type OpenPart,
  openPart,
  type Proposal,
} from "../../../data/sides";
import { cutNames } from "../../../numbers/names";
import type { Selection } from "../../../state/state";
import { type SideName, select, state } from "../../../state/store";
import { keepAsB, swapSides } from "../../frame/navigation";
import { useDismissal } from "../../hooks/dismissal";
import { useKnown } from "../../hooks/latest";
import { CutName } from "../../parts/cut_name";

interface Props {
  a: ComparedSide | null;
  /** null where it is not known, or cannot be shown. */
  b: ComparedSide | null;
  proposal: Proposal | null;
}

/** What is on each side; each opens the lists that choose it. */
export function SideChoices({ a, b, proposal }: Props) {
  return (
    <>
      <SideChoice side="a" shown={a} other={b} proposal={null} />
      <button
        type="button"
        aria-label="Swap A and B"
        title="A becomes B, and B becomes A (x)"
        onClick={swapSides}
      >
        ⇄
      </button>
      <SideChoice side="b" shown={b} other={a} proposal={proposal} />
    </>
  );
}

interface SideProps {
  side: SideName;
  shown: ComparedSide | null;
  other: ComparedSide | null;
  proposal: Proposal | null;
}

/** A side in words; they open a list for each of its parts, and a field for its channel. */
function SideChoice({ side, shown, other, proposal }: SideProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  useDismissal(menu);
  const name = side.toUpperCase();
  const parts = partsOf(side, shown, other);
  const runs = listedRuns().map(({ run }) => run);
  const cut = useMemo(() => cutNames(runs), [runs.join("\n")]);
  const words = parts.map((part) => part.words).join(", ");
  return (
    <details class="menu side-choice" ref={menu}>
      <summary role="button" aria-label={`Choose ${name}: ${words}`} title={`${words}; choose`}>
        <h3 data-name={name}>
          <b class="badge">{name}</b>
          {parts.map(({ words, run, differs }) => (
            <span key={words} class={differs ? "differs" : "quiet"}>
              {run === null ? (
                words
              ) : (
                <>
                  {"run "}
                  <CutName name={run} parts={cut.get(run)} />
                </>
              )}
            </span>
          ))}
        </h3>
        <span class="opens">▾</span>
      </summary>
      <SideLists side={side} shown={shown ?? other} proposal={proposal} />
    </details>
  );
}

const PARTS = ["run", "step", "input", "channel", "layer"] as const;

/** The parts of a side, those first that the other side has otherwise. */
function partsOf(side: SideName, shown: ComparedSide | null, other: ComparedSide | null) {
  const chosen = state.value;
  const oneEach = chosen.compare.oneChannel && chosen.a.channel !== null;
  const exact = (one: ComparedSide | null) =>
    one && exactSelection(oneEach ? one : { ...one, channel: null });
  // What cannot be shown is still what was chosen.
  const here: Partial<Record<(typeof PARTS)[number], unknown>> = exact(shown) ?? chosen[side];
  const there = exact(other);
  return PARTS.flatMap((part) => {
    const value = here[part] ?? null;
    if (value === null) return [];
    const words = part === "layer" ? String(value) : `${part} ${value}`;
    const run = part === "run" ? String(value) : null;
    return [{ words, run, differs: there !== null && value !== there[part] }];
  }).sort((one, next) => Number(next.differs) - Number(one.differs));
}

interface SideListsProps {
  side: SideName;
  /** What its lists are of. */
  shown: ComparedSide | null;
  proposal: Proposal | null;
}

function SideLists({ side, shown, proposal }: SideListsProps) {
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
    <div class="lists">
      {LISTED.map((part) => (
        <div class="one-part" key={part}>
          <span class="quiet" aria-hidden="true">
            {part}
          </span>
          <PartSelect
            name={`${name}: ${part}`}
            options={all[part]}
            value={chosen[part] === null ? null : String(chosen[part])}
            drawn={now[part]}
            open={openWords(openPart(side, part, state.value))}
            proposed={proposal?.part === part ? String(proposal.value) : null}
            set={(value) => select(side, picked(part, value))}
          />
        </div>
      ))}
      <div class="one-part">
        <span class="quiet" aria-hidden="true">
          channel
        </span>
        <ChannelField side={side} shown={shown} />
      </div>
      {side === "b" && (
        <button
          type="button"
          title="B becomes what A shows now, and keeps it while A changes (b)"
          onClick={keepAsB}
        >
          Keep A as B
        </button>
      )}
    </div>
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
