import { signal } from "@preact/signals";
import { type Cells, zoomBy, zoomOf } from "../../numbers/layout";
import { change, state } from "../../state/store";

/** How large the maps are that are drawn; null before any were. */
export const cellsNow = signal<Cells | null>(null);

/** The size of values, as it is; smaller and larger from there. */
export function Zoom() {
  const { zoom } = state.value;
  const cells = cellsNow.value;
  const smaller = cells && zoomBy(cells, 0.5);
  const larger = cells && zoomBy(cells, 2);
  const size = cells && `${Number(zoomOf(cells).toPrecision(2))}×`;
  return (
    <span class="switch zoom" role="group" aria-label="Zoom">
      <button
        type="button"
        aria-label="Smaller"
        title={smaller === null ? "They cannot be drawn smaller" : "Half as large"}
        disabled={smaller === null}
        onClick={() => change({ zoom: smaller })}
      >
        −
      </button>
      <button
        type="button"
        class="values"
        aria-pressed={zoom === null}
        title={`${size ?? ""} pixels of the screen for a value; fit: as large as there is room`}
        onClick={() => change({ zoom: null })}
      >
        {zoom === null ? `fit ${size ?? ""}` : size}
      </button>
      <button
        type="button"
        aria-label="Larger"
        title={larger === null ? "They cannot be drawn larger" : "Twice as large"}
        disabled={larger === null}
        onClick={() => change({ zoom: larger })}
      >
        +
      </button>
    </span>
  );
}
