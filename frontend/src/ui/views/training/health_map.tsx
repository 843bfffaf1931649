import type { RunHealth } from "../../../data/layer_health";
import type { Colouring } from "../../../drawing/colouring";
import { MatrixCanvas } from "../../pictures/matrix";
import type { MatrixCell } from "../../pictures/matrix_painting";

const SIDES = { width: [3, 48], height: [15, 15], gap: 1 } as const;

interface Props extends RunHealth {
  /** The cell of what is looked at, or of what belongs to it in another run. */
  at: MatrixCell;
  /** The layers of all maps, from the top. */
  layers: readonly string[];
  /** What is shown of them. */
  name: string;
  colour: Colouring;
  /** What stands above the map, where there are several. */
  heading: string | null;
  point: (cell: MatrixCell | null) => void;
  /** Called with what is clicked; null for all of them. */
  pick: (layer: string | null, step: number | null) => void;
}

/** A row for each layer, a column for each step of one run. */
export function HealthMap({ run, table, matrix, at, layers, name, colour, ...props }: Props) {
  const { steps } = table;
  if (!steps.length) return null;
  return (
    <div class="health-map">
      {props.heading !== null && <h3 title={props.heading}>{props.heading}</h3>}
      <MatrixCanvas
        matrix={matrix}
        sides={SIDES}
        rowName={(row) => layers[row] ?? ""}
        columnName={(column) => String(steps[column])}
        axes={{ rows: "layer", columns: "step" }}
        colour={() => colour}
        chosen={at}
        label={`${name} of the layers of run ${run.run} at each step`}
        point={props.point}
        pick={({ row, column }) =>
          props.pick(
            row === null ? null : (layers[row] ?? null),
            column === null ? null : (steps[column] ?? null),
          )
        }
      />
    </div>
  );
}
