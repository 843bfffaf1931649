import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Size } from "../../numbers/layout";
import { type CellBounds, cellAt, type MatrixLayout, matrixLayout } from "../../numbers/matrix";
import { useSize } from "../hooks/size";
import { useTheme } from "./canvas";
import {
  AXIS,
  GUTTER,
  type MatrixCell,
  type PaintedMatrix,
  paintMatrix,
} from "./matrix_painting";
import "./matrix.css";

/** Width of the line around all cells, in CSS pixels. */
const EDGE = 1;

interface Props extends PaintedMatrix {
  sides: CellBounds;
  /** What it is, for people who cannot see it. */
  label: string;
  point: (cell: MatrixCell | null) => void;
  pick: (cell: MatrixCell) => void;
}

/** Cells of colours with names along both axes; only what is in sight is drawn. */
export function MatrixCanvas(props: Props) {
  const { matrix, sides, chosen, point } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState({ x: 0, y: 0 });
  const [under, setUnder] = useState<MatrixCell | null>(null);
  const whole = useSize(box);
  const size = { width: whole.width, height: Math.max(0, whole.height - EDGE) };
  useTheme();
  const ratio = devicePixelRatio || 1;
  const device = (pixels: number) => Math.round(pixels * ratio);
  const room = {
    width: Math.max(1, device(size.width) - device(GUTTER)),
    height: Math.max(1, device(size.height) - device(AXIS)),
  };
  const layout = matrixLayout(matrix, room.width, room.height, {
    width: [device(sides.width[0]), device(sides.width[1])],
    height: [device(sides.height[0]), device(sides.height[1])],
    gap: sides.gap && device(sides.gap),
  });
  const scrolled = { x: device(at.x), y: device(at.y) };
  useLayoutEffect(() => {
    if (canvas.current) paintMatrix(canvas.current, props, layout, scrolled, ratio, under);
  });
  useEffect(() => {
    if (box.current && size.height) reveal(box.current, layout, room, chosen, ratio);
  }, [chosen.row, chosen.column, layout.height, layout.width, room.height, room.width]);
  const find = (event: MouseEvent): MatrixCell | null => {
    const area = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const x = (event.clientX - area.left) * ratio - device(GUTTER);
    const y = (event.clientY - area.top) * ratio;
    if (y >= room.height) return null;
    const cell = cellAt(layout, Math.max(x, 0) + scrolled.x, y + scrolled.y);
    return cell && { row: cell.row, column: x < 0 ? null : cell.column };
  };
  const show = (cell: MatrixCell | null) => {
    if (cell?.row === under?.row && cell?.column === under?.column) return;
    setUnder(cell);
    point(cell);
  };
  const inner = {
    width: `${layout.width / ratio + GUTTER}px`,
    height: `${layout.height / ratio + AXIS}px`,
    // The other edges are drawn, but on the canvas there is no room above the first row.
    paddingTop: `${EDGE}px`,
    background:
      "linear-gradient(var(--frame), var(--frame)) no-repeat " +
      `${GUTTER}px 0 / ${layout.width / ratio}px ${EDGE}px`,
  };
  return (
    <div
      class="scroll matrix"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label={props.label}
      style={{ maxHeight: `${matrix.rows * sides.height[1] + AXIS + EDGE + 16}px` }}
      onScroll={({ currentTarget: { scrollLeft, scrollTop } }) =>
        setAt({ x: scrollLeft, y: scrollTop })
      }
    >
      <div style={inner}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${props.label}: ${matrix.rows} × ${matrix.columns}`}
          data-left={GUTTER}
          data-cell-width={layout.cellWidth / ratio}
          data-cell-height={layout.cellHeight / ratio}
          width={Math.max(1, device(size.width))}
          height={Math.max(1, device(size.height))}
          style={{ width: `${size.width}px`, height: `${size.height}px` }}
          onMouseMove={(event) => show(find(event))}
          onMouseLeave={() => show(null)}
          onClick={(event) => {
            const cell = find(event);
            if (cell) props.pick(cell);
          }}
        />
      </div>
    </div>
  );
}

/** Scroll to what is chosen, if it is out of sight. */
function reveal(
  box: HTMLElement,
  layout: MatrixLayout,
  room: Size,
  { row, column }: MatrixCell,
  ratio: number,
): void {
  const into = (now: number, start: number, side: number, size: number) =>
    Math.max(Math.min(now, start), start + side - size);
  if (row !== null) {
    const { cellHeight: side } = layout;
    const top = into(box.scrollTop * ratio, row * side, side, room.height);
    box.scrollTop = top / ratio;
  }
  if (column !== null) {
    const { cellWidth: side } = layout;
    const left = into(box.scrollLeft * ratio, column * side, side, room.width);
    box.scrollLeft = left / ratio;
  }
}
