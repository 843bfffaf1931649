/** Fewer values or values between values, without losing what is not finite. */

/** One feature map, row by row. */
export interface Plane {
  values: Float32Array;
  height: number;
  width: number;
}

/**
 * Shrink a map: each value becomes the mean of the area that it covers.
 *
 * Where a cell touches NaN or an infinity, it becomes that instead (NaN before infinities;
 * of these the first): one that the mean takes in would be lost, and it would spoil the mean.
 */
export function shrink(plane: Plane, height: number, width: number): Plane {
  const values = new Float32Array(height * width);
  const down = stretches(plane.height, height);
  const across = stretches(plane.width, width);
  const area = plane.height * plane.width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let marked: number | null = null;
      for (let row = down.first[y]!; row < down.end[y]!; row++) {
        const tall = overlap(row, y, plane.height, height);
        for (let column = across.first[x]!; column < across.end[x]!; column++) {
          const value = plane.values[row * plane.width + column]!;
          if (Number.isFinite(value)) {
            sum += value * tall * overlap(column, x, plane.width, width);
            continue;
          }
          if (marked === null || Number.isNaN(value)) marked = value;
        }
      }
      values[y * width + x] = marked ?? sum / area;
    }
  }
  return { values, height, width };
}

/** The values that each of fewer cells touches. */
function stretches(many: number, few: number): { first: Int32Array; end: Int32Array } {
  return {
    first: Int32Array.from({ length: few }, (_, i) => Math.floor((i * many) / few)),
    end: Int32Array.from({ length: few }, (_, i) => Math.ceil(((i + 1) * many) / few)),
  };
}

/** How much of a value a cell covers, in units in which each value has the length `few`. */
function overlap(value: number, cell: number, many: number, few: number): number {
  return Math.min((value + 1) * few, (cell + 1) * many) - Math.max(value * few, cell * many);
}

/** For each pixel of a side the two values it is between, and how near the second is. */
export interface Between {
  first: Int32Array;
  second: Int32Array;
  share: Float64Array;
}

/** Where `pixels` pixels from `start` on lie between the values along a side. */
export function between(values: number, side: number, start: number, pixels: number): Between {
  const places: Between = {
    first: new Int32Array(pixels),
    second: new Int32Array(pixels),
    share: new Float64Array(pixels),
  };
  for (let i = 0; i < pixels; i++) {
    // Values are at the centres of their cells; beyond the outer ones they go on.
    const place = ((start + i + 0.5) * values) / side - 0.5;
    const inside = Math.min(Math.max(place, 0), values - 1);
    const first = Math.floor(inside);
    places.first[i] = first;
    places.second[i] = Math.min(first + 1, values - 1);
    places.share[i] = inside - first;
  }
  return places;
}

/**
 * Rows of values between those of a map, bilinear, one after the other.
 *
 * Pixels whose nearest value is not finite have that value, so that it keeps hard edges;
 * in others what is not finite takes no part.
 */
export function betweenRows(
  plane: Plane,
  down: Between,
  across: Between,
): (y: number, row: Float32Array) => void {
  const { values, width } = plane;
  const usual = new Uint8Array(values.length);
  values.forEach((value, i) => (usual[i] = Number(Number.isFinite(value))));
  const joined = new Float64Array(width);
  const joins = new Uint8Array(width);
  const { first, second, share: shares } = across;
  return (y, row) => {
    const upper = down.first[y]! * width;
    const lower = down.second[y]! * width;
    const v = down.share[y]!;
    for (let x = 0; x < width; x++) {
      joined[x] = values[upper + x]! * (1 - v) + values[lower + x]! * v;
      joins[x] = usual[upper + x]! & usual[lower + x]!;
    }
    for (let x = 0; x < row.length; x++) {
      const left = first[x]!;
      const right = second[x]!;
      const u = shares[x]!;
      row[x] =
        joins[left]! & joins[right]!
          ? joined[left]! * (1 - u) + joined[right]! * u
          : besideMark(plane, usual, upper + left, lower + left, right - left, u, v);
    }
  };
}

/** The value between four of which some are not finite. */
function besideMark(
  { values }: Plane,
  usual: Uint8Array,
  upper: number,
  lower: number,
  step: number,
  u: number,
  v: number,
): number {
  const nearest = (v < 0.5 ? upper : lower) + (u < 0.5 ? 0 : step);
  if (!usual[nearest]) return values[nearest]!;
  let sum = 0;
  let weights = 0;
  for (let corner = 0; corner < 4; corner++) {
    const at = (corner & 2 ? lower : upper) + (corner & 1 ? step : 0);
    if (!usual[at]) continue;
    const weight = (corner & 2 ? v : 1 - v) * (corner & 1 ? u : 1 - u);
    sum += weight * values[at]!;
    weights += weight;
  }
  return sum / weights;
}
