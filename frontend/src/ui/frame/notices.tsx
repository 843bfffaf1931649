import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { absentIn, forgotten, type Told } from "../../data/records";
import { listing } from "../../data/resources";
import { without } from "../../data/runs";
import { notices, select, state } from "../../state/store";

/** What people should know, a line each, until they dismiss it. */
export function Notices() {
  const answer = listing.value;
  const { a } = state.value;
  useForgetting();
  const found = answer.state === "ready" ? without(a, answer.value) : null;
  const settle = () => {
    if (found) select("a", { run: found.selection.run, layer: found.selection.layer });
  };
  return (
    <div class="notices">
      {found?.words.map((line) => (
        <Notice key={line} line={line} dismiss={settle} />
      ))}
      {notices.value.map((line) => (
        <Notice
          key={line}
          line={line}
          dismiss={() => (notices.value = notices.peek().filter((one) => one !== line))}
        />
      ))}
    </div>
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

/** Leave out of the address what is not there, once that was told and something is chosen. */
function useForgetting(): void {
  const told = useRef<Told | null>(null);
  useSignalEffect(() => {
    const selection = state.value.a;
    const absent = absentIn(selection);
    if (!absent) return;
    const now = { selection, absent };
    const gone = forgotten(told.current, now);
    told.current = now;
    if (gone) select("a", gone);
  });
}
