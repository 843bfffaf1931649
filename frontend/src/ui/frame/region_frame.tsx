import type { Sides } from "../../numbers/alignment";
import type { Region } from "../../numbers/receptive";

/** Two thin lines around a region of the picture that they lie on, however large it is. */
export function RegionFrame({ region, picture }: { region: Region; picture: Sides }) {
  const share = (part: number, whole: number) => `${(100 * part) / whole}%`;
  return (
    <i
      class="region"
      style={{
        left: share(region.column, picture.width),
        top: share(region.row, picture.height),
        width: share(region.width, picture.width),
        height: share(region.height, picture.height),
      }}
    />
  );
}
