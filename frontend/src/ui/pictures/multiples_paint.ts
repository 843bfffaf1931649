import type { Multiple, MultiplesScaling } from "../../data/multiples";
import type { State } from "../../state/state";
import { type Paint, paintOf } from "./paint";
import { paintAs } from "./plot_paint";

/** How a cell is painted. */
export type CellPaint = (cell: Multiple) => Paint;

/** How each cell is painted; where any has values of both signs, all as if they had. */
export function multiplesPaint(
  { of }: Pick<MultiplesScaling, "of">,
  cells: readonly Multiple[],
  chosen: State,
): CellPaint {
  const bothSigns = cells.some((cell) => of(cell).limits(cell.channel).low < 0);
  return (cell) => {
    const limits = of(cell).limits(cell.channel);
    const scaling = { ...of(cell), limits: () => limits, shared: true };
    return paintAs(cell.maps, paintOf(scaling, chosen, bothSigns));
  };
}
