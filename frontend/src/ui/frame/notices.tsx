import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { known } from "../../data/queries";
import { type AbsentChoice, absentIn, forgotten, settled } from "../../data/records";
import { listing } from "../../data/resources";
import { notices, select, state } from "../../state/store";
import { FirstSteps } from "./first_steps";

/** What people should know, a line each, until they dismiss it. */
export function Notices() {
  const runs = known(listing.value);
  const { a } = state.value;
  useForgetting();
  const present = runs ? settled(a, runs) : null;
  const settle = () => {
    if (present) select("a", present.selection);
  };
  return (
    <section class="notices" aria-label="Notices">
      <FirstSteps />
      {present?.words.map((line) => (
        <Notice key={line} line={line} dismiss={settle} />
      ))}
      {notices.value.map((line) => (
        <Notice
          key={line}
          line={line}
          dismiss={() => (notices.value = notices.peek().filter((notice) => notice !== line))}
        />
      ))}
    </section>
  );
}

function Notice({ line, dismiss }: { line: string; dismiss: () => void }) {
  return (
    <p class="notice" role="status">
      {line}
      <button type="button" onClick={dismiss}>
        Dismiss
      </button>
    </p>
  );
}

/** Takes out of the address what is not there, once that was said and something is chosen. */
function useForgetting(): void {
  const last = useRef<AbsentChoice | null>(null);
  useSignalEffect(() => {
    const selection = state.value.a;
    const absent = absentIn(selection);
    if (!absent) return;
    const now = { selection, absent };
    const gone = forgotten(last.current, now);
    last.current = now;
    if (gone) select("a", gone);
  });
}
