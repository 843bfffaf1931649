import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Header, Run, Tag } from "../../data/api";
import { failed, failureOf, known } from "../../data/queries";
import { chosenRun, chosenTag, present } from "../../data/records";
import { headerOf, healthOf } from "../../data/resources";
import { latestAddress, layersOf } from "../../data/runs";
import { forThese, percent } from "../../drawing/legend";
import { healthAt, isBroken } from "../../numbers/health";
import { formOf } from "../../numbers/map_form";
import { cutNames, type NamePart } from "../../numbers/names";
import { matching, type TreeRow, treeRows } from "../../numbers/tree";
import { change, select, state } from "../../state/store";
import { useKnown } from "../hooks/latest";
import { useRoving } from "../hooks/roving";
import { useSize, useVisibleRows } from "../hooks/size";
import { CutName } from "../parts/cut_name";
import { activationName, extentOf, kindOf, shapeOf } from "../parts/title";

/** Height of a row, as in the style sheet. */
const ROW = 24;

/** The layers of the run, those that the filter leaves. */
export function Layers() {
  const answer = chosenRun(present(state.value.a));
  const run = useKnown(answer);
  const chosen = useKnown(chosenTag(present(state.value.a)));
  const all = run ? layersOf(run) : [];
  const failure = failureOf(answer);
  const { tags, reason } = matching(all, state.value.layers);
  return (
    <nav class="layers" aria-label="Layers">
      <input
        id="filter-layers"
        type="search"
        placeholder="Filter layers: regular expression"
        title="Filter layers (f)"
        aria-label="Filter layers"
        aria-invalid={reason !== null}
        value={state.value.layers}
        onInput={(event) => change({ layers: event.currentTarget.value })}
      />
      {reason !== null && <p class="failed">{reason}</p>}
      {failure !== null && <p class="failed">{failure}</p>}
      {!tags.length && all.length > 0 && <p class="quiet">No layer matches.</p>}
      <LayerTree run={run ?? null} tags={tags} chosen={chosen?.tag.tag ?? null} />
    </nav>
  );
}

interface LayerTreeProps {
  run: Run | null;
  tags: readonly Tag[];
  /** The tag of the layer that is looked at. */
  chosen: string | null;
}

/** The tree of layers; only the rows in sight are there. */
function LayerTree({ run, tags, chosen }: LayerTreeProps) {
  const closed = useSignal<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const size = useSize(list);
  const tree = treeRows(tags, closed.value);
  const isChosen = (tag: Tag | null) => tag !== null && tag.tag === chosen;
  const at = tree.findIndex(
    (row) => row.kind === "layer" && (isChosen(row.item) || isChosen(row.before)),
  );
  const chosenRow = tree[at];
  const showsBefore = chosenRow?.kind === "layer" && isChosen(chosenRow.before);
  const { first, end } = useVisibleRows(list, size, tree.length, ROW);
  useEffect(() => {
    const box = list.current;
    if (!box || at < 0) return;
    if (at * ROW < box.scrollTop) box.scrollTop = at * ROW;
    const below = (at + 1) * ROW - box.clientHeight;
    if (below > box.scrollTop) box.scrollTop = below;
  }, [at, size.height]);
  const toggle = (path: string) => {
    const next = new Set(closed.value);
    if (!next.delete(path)) next.add(path);
    closed.value = next;
  };
  const names = tree.map((row) => (row.kind === "group" ? `${row.path}/` : row.item.tag));
  const shownNames = tree.map((row) => row.name);
  const cut = useMemo(() => cutNames(shownNames), [shownNames.join("\n")]);
  const roving = useRoving({ box: list, names, chosen: at });
  const press = (event: KeyboardEvent) => {
    const focused = tree[roving.stop];
    const group = focused?.kind === "group" ? focused : null;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by !== undefined) {
      const row = tree[roving.move(by)];
      if (row?.kind === "layer") {
        select("a", { layer: ((showsBefore && row.before) || row.item).layer });
      }
    } else if (group && event.key === (group.open ? "ArrowLeft" : "ArrowRight")) {
      toggle(group.path);
    } else return;
    // Else the page would go a layer or a step on.
    event.preventDefault();
    event.stopPropagation();
  };
  // What has the focus would lose it if it were not drawn.
  const drawn = tree.flatMap((row, i) =>
    (i >= first && i < end) || i === roving.stop ? [{ row, i }] : [],
  );
  return (
    <div
      class="tree"
      role="tree"
      aria-label="Layers"
      ref={list}
      onKeyDown={press}
      onFocusOut={roving.leave}
    >
      <div style={{ height: `${tree.length * ROW}px`, position: "relative" }}>
        {run &&
          drawn.map(({ row, i }) => (
            <LayerTreeRow
              key={names[i]}
              row={row}
              run={run}
              parts={cut.get(row.name)}
              chosen={i === at}
              showsBefore={i === at && showsBefore}
              placement={{
                "data-row": i,
                tabIndex: i === roving.stop ? 0 : -1,
                style: { top: `${i * ROW}px`, paddingLeft: `${8 + 12 * row.depth}px` },
                onFocus: () => roving.enter(i),
              }}
              toggle={toggle}
            />
          ))}
      </div>
    </div>
  );
}

/** Where a row is, and how it has the focus. */
interface RowPlacement {
  "data-row": number;
  tabIndex: number;
  style: { top: string; paddingLeft: string };
  onFocus: () => void;
}

interface RowProps {
  row: TreeRow<Tag>;
  run: Run;
  /** What is kept of its name where there is no room. */
  parts: readonly NamePart[] | undefined;
  chosen: boolean;
  /** Whether it is the pre-activation that is chosen, of a pair. */
  showsBefore: boolean;
  placement: RowPlacement;
  toggle: (path: string) => void;
}

function LayerTreeRow({ row, toggle, ...rest }: RowProps) {
  const { parts, placement } = rest;
  if (row.kind === "group") {
    return (
      <button
        type="button"
        role="treeitem"
        aria-expanded={row.open}
        class="row group"
        onClick={() => toggle(row.path)}
        {...placement}
      >
        <span class="twisty">{row.open ? "▾" : "▸"}</span>
        <span class="name">
          <CutName name={row.name} parts={parts} />
        </span>
        <span class="fact">{row.count}</span>
      </button>
    );
  }
  return <LayerRow row={row} {...rest} />;
}

interface LayerRowProps extends Omit<RowProps, "row" | "toggle"> {
  row: { name: string; item: Tag; before: Tag | null };
}

function LayerRow({ row, run, parts, chosen, showsBefore, placement }: LayerRowProps) {
  const { item, before } = row;
  // What a layer is stays the same from step to step; how it fares does not.
  const answer =
    item.unreadable === null ? headerOf(latestAddress(run.run, item)) : failed(item.unreadable);
  const header = known(answer);
  const reason = failureOf(answer);
  const health = healthOfRow(run, item, header);
  return (
    <button
      type="button"
      role="treeitem"
      aria-selected={chosen}
      class={`row ${reason === null ? "" : "unreadable"}`}
      title={reason ?? rowTitle(row, header, health)}
      onClick={() => select("a", { layer: item.layer })}
      {...placement}
    >
      <span class="name">
        <CutName name={row.name} parts={parts} />
      </span>
      {before && header && (
        <span class="fact" data-name="half">
          {showsBefore ? "before" : "+"} {activationName(header.layer)}
        </span>
      )}
      {health?.broken && (
        <span class="broken" title={`NaN or infinite values at step ${health.step}`}>
          !
        </span>
      )}
      <span class="fact">{header ? shapeOf(header) : reason === null && "…"}</span>
      <span class={`health ${health?.silent == null ? "unknown" : ""}`} aria-hidden="true">
        <span style={{ height: `${100 * (health?.silent ?? 0)}%` }} />
      </span>
    </button>
  );
}

function rowTitle(
  { item, before }: LayerRowProps["row"],
  header: Header | undefined,
  health: RowHealth | null,
): string {
  if (!header) return `${item.layer}\nloading …`;
  const { layer, inputs } = header;
  const field = layer.receptive_field;
  const form = formOf(layer, inputs[0]?.shape ?? []).kind;
  return [
    before ? `${layer.path}, which comes out of ${before.layer} (r shows it)` : layer.path,
    kindOf(layer).join(", "),
    extentOf(header) + (form === "picture" ? " (height × width × channels)" : ""),
    layer.parameters == null ? null : `${layer.parameters.toLocaleString("en")} parameters`,
    field == null
      ? null
      : `${form === "tokens" ? "patches of" : "receptive field"} ${field.size.join("×")}${
          field.stride[0] ? `, every ${field.stride[0]}` : ""
        } px`,
    health?.silent == null
      ? null
      : `${percent(health.silent)} of channels silent ${forThese(header.inputs.length)} at step ${health.step}`,
  ]
    .filter((line) => line !== null)
    .join("\n");
}

/** How a layer fares at a step: the chosen one, or the last before it of which that is known. */
interface RowHealth {
  step: number;
  /** Share of the channels that are silent; null where that is not known. */
  silent: number | null;
  broken: boolean;
}

function healthOfRow(run: Run, { layer }: Tag, latest: Header | undefined): RowHealth | null {
  const { step } = present(state.value.a);
  const logged = known(healthOf(run))?.layers.find((one) => one.layer === layer);
  const found = logged && healthAt(logged, step);
  if (found) {
    const { silent } = found.scalars;
    return { step: found.step, silent: silent ?? null, broken: isBroken(found.scalars) };
  }
  // Without scalars the record of the latest step says it of that one.
  if (!latest || (step !== null && step < latest.step)) return null;
  const broken = latest.inputs.some((input) =>
    [...input.nan_count, ...input.inf_count].some((count) => count > 0),
  );
  return { step: latest.step, silent: null, broken };
}
