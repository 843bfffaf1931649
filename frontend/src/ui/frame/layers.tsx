import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Header, Run, Tag } from "../../data/api";
import { chosenRun, chosenTag, present } from "../../data/records";
import { headerOf, healthOf } from "../../data/resources";
import { latestAddress, layersOf } from "../../data/runs";
import { percent } from "../../drawing/legend";
import { formOf } from "../../numbers/map_form";
import { matching, type TreeRow, treeRows } from "../../numbers/tree";
import { change, select, state } from "../../state/store";
import { useLatest } from "../hooks/latest";
import { useRoving } from "../hooks/roving";
import { useSize, useVisibleRows } from "../hooks/size";
import { extentOf, kindOf, shapeOf } from "../parts/title";

/** Height of a row, as in the style sheet. */
const ROW = 24;

/** The layers of the run, those that the filter leaves. */
export function Layers() {
  const run = useLatest(chosenRun(present(state.value.a)));
  const chosen = useLatest(chosenTag(present(state.value.a))).value;
  const all = run.value ? layersOf(run.value) : [];
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
      {run.reason !== null && <p class="failed">{run.reason}</p>}
      {!tags.length && all.length > 0 && <p class="quiet">No layer matches.</p>}
      <LayerTree run={run.value} tags={tags} chosen={chosen?.tag.tag ?? null} />
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
  const at = tree.findIndex((row) => row.kind === "layer" && row.item.tag === chosen);
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
  const roving = useRoving({ box: list, names, chosen: at });
  const press = (event: KeyboardEvent) => {
    const focused = tree[roving.stop];
    const group = focused?.kind === "group" ? focused : null;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by !== undefined) {
      const row = tree[roving.move(by)];
      if (row?.kind === "layer") select("a", { layer: row.item.layer });
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
              chosen={i === at}
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
  chosen: boolean;
  placement: RowPlacement;
  toggle: (path: string) => void;
}

function LayerTreeRow({ row, run, chosen, placement, toggle }: RowProps) {
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
        <span class="name">{row.name}</span>
        <span class="fact">{row.count}</span>
      </button>
    );
  }
  return <LayerRow {...{ row, run, chosen, placement }} />;
}

interface LayerRowProps {
  row: { name: string; item: Tag };
  run: Run;
  chosen: boolean;
  placement: RowPlacement;
}

function LayerRow({ row, run, chosen, placement }: LayerRowProps) {
  const { item } = row;
  const answer = item.unreadable === null ? headerOf(latestAddress(run.run, item)) : null;
  const header = answer?.state === "ready" ? answer.value : null;
  const reason = item.unreadable ?? (answer?.state === "failed" ? answer.reason : null);
  const dead = latestScalar(run, item.layer, "dead");
  const broken = header?.inputs.some((input) =>
    [...input.nan_count, ...input.inf_count].some((count) => count > 0),
  );
  return (
    <button
      type="button"
      role="treeitem"
      aria-selected={chosen}
      class={`row ${reason === null ? "" : "unreadable"}`}
      title={reason ?? (header ? rowTitle(header, dead) : item.layer)}
      onClick={() => select("a", { layer: item.layer })}
      {...placement}
    >
      <span class="name">{row.name}</span>
      {broken && (
        <span class="broken" title="NaN or infinite values">
          !
        </span>
      )}
      <span class="fact">{header && shapeOf(header)}</span>
      <span class="health" aria-hidden="true">
        <span style={{ height: `${100 * (dead ?? 0)}%` }} />
      </span>
    </button>
  );
}

function rowTitle(header: Header, dead: number | null): string {
  const { layer, inputs } = header;
  const field = layer.receptive_field;
  const form = formOf(layer, inputs[0]?.shape ?? []).kind;
  return [
    layer.path,
    kindOf(layer).join(", "),
    extentOf(header) + (form === "picture" ? " (height × width × channels)" : ""),
    layer.parameters == null ? null : `${layer.parameters.toLocaleString("en")} parameters`,
    field == null
      ? null
      : `${form === "tokens" ? "patches of" : "receptive field"} ${field.size.join("×")}, every ${field.stride[0]} px`,
    dead === null ? null : `${percent(dead)} of channels dead at the last step`,
  ]
    .filter((line) => line !== null)
    .join("\n");
}

function latestScalar(run: Run, layer: string, name: string): number | null {
  const health = healthOf(run);
  if (health.state !== "ready") return null;
  const scalar = health.value.layers.find((one) => one.layer === layer)?.scalars[name];
  return scalar?.values.at(-1) ?? null;
}
