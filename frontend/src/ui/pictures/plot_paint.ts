import { isPlot } from "../../numbers/map_form";
import type { FormedSize } from "../../numbers/plot_layout";
import type { Paint } from "./paint";

/** How maps are painted: bars begin at zero, and neither bars nor lines are coloured. */
export function paintAs(maps: FormedSize, paint: Paint): Paint {
  if (!isPlot(maps)) return paint;
  const hasZero = maps.form?.kind === "units";
  return {
    ...paint,
    plain: true,
    scale: (channel) => {
      const { limits } = paint.scale(channel);
      const { low, high } = limits;
      const ends = hasZero ? { low: Math.min(low, 0), high: Math.max(high, 0) } : limits;
      return { limits: ends, gamma: 1, signed: false };
    },
  };
}
