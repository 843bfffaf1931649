import { useMemo, useRef } from "preact/hooks";
import { known } from "../../data/queries";
import { chosenRun, present } from "../../data/records";
import { listedRuns, runOrderOf } from "../../data/resources";
import { filteredRuns } from "../../data/run_filter";
import { layersOf } from "../../data/runs";
import { cssOf, runColours } from "../../drawing/colours";
import { counted } from "../../drawing/legend";
import { cutNames } from "../../numbers/names";
import { change, select, state } from "../../state/store";
import { useDismissal } from "../hooks/dismissal";
import { useKnown } from "../hooks/latest";
import { CutName } from "../parts/cut_name";
import "./run_list.css";

/** The run that is looked at; it opens the list of runs, which can be filtered. */
export function RunList() {
  const chosen = state.value;
  const menu = useRef<HTMLDetailsElement>(null);
  useDismissal(menu);
  const run = useKnown(chosenRun(present(chosen.a)));
  const all = listedRuns();
  const { runs, hidden, filter, isHosts, reason } = filteredRuns(chosen);
  const names = all.map((one) => one.run);
  const cut = useMemo(() => cutNames(names), [names.join("\n")]);
  const colours = runColours(known(runOrderOf(all)) ?? names);
  const name = run?.run ?? chosen.a.run ?? "";
  const choose = (wanted: string) => {
    select("a", { run: wanted });
    if (menu.current) menu.current.open = false;
    menu.current?.querySelector("summary")?.focus();
  };
  const swatch = (of: string) => {
    const colour = colours.get(of);
    return <i style={colour ? { background: cssOf(colour) } : {}} />;
  };
  return (
    <details
      class="menu runs"
      ref={menu}
      onToggle={({ currentTarget }) =>
        currentTarget.open && currentTarget.querySelector("input")?.focus()
      }
    >
      <summary
        role="button"
        aria-label={`Run ${name}`}
        aria-keyshortcuts="u"
        title={`${name}: the training, or other log, that is looked at (u: the next)`}
      >
        <span class="quiet">Run</span>
        {swatch(name)}
        <CutName name={name} parts={cut.get(name)} />▾
      </summary>
      <div>
        <input
          type="search"
          placeholder="Filter runs: regular expression"
          aria-label="Filter runs"
          aria-invalid={reason !== null}
          value={filter}
          onInput={(event) => change({ runFilter: event.currentTarget.value })}
        />
        <p class={reason === null ? "quiet" : "failed"}>
          {reason ?? `${runs.length} of ${counted(all.length, "run")}`}
          {isHosts && ", by TensorBoard’s filter"}
          {hidden > 0 && (
            <button type="button" class="link" onClick={() => change({ runFilter: "" })}>
              show all
            </button>
          )}
        </p>
        <div class="run-names" role="listbox" aria-label="Runs">
          {runs.map((one) => (
            <button
              key={one.run}
              type="button"
              role="option"
              aria-label={one.run}
              aria-selected={one.run === name}
              disabled={!layersOf(one).length}
              title={one.unreadable ?? one.run}
              onClick={() => choose(one.run)}
            >
              {swatch(one.run)}
              <CutName name={one.run} parts={cut.get(one.run)} />
            </button>
          ))}
        </div>
      </div>
    </details>
  );
}
