import type { Scaling } from "../../data/scaling";
import { COLOUR_MAPS, type ColourMapName } from "../../drawing/colours";
import type { Scale } from "../../numbers/scale";
import type { State } from "../../state/state";

/** How values are drawn: the scale of each channel, and the colours. */
export interface Paint {
  scale: (channel: number) => Scale;
  name: ColourMapName;
  table: Uint32Array;
  smooth: boolean;
  /** Whether values are drawn as bars or lines, so that colours mean nothing. */
  plain?: boolean;
  /** The same for all that draws the same values alike. */
  key: string;
}

/** Values of both signs get colours of both signs, unless others were chosen. */
export function paintOf(scaling: Scaling, chosen: State): Paint {
  const { low } = scaling.limits(0);
  const auto = scaling.shared && low < 0 ? "signed" : "gray";
  const name = chosen.colours === "auto" ? auto : chosen.colours;
  const signed = name === "signed";
  const { gamma, mode, symmetric } = chosen.scale;
  const { low: first, high: last } = scaling.limits(0);
  const whose = scaling.shared ? `${first} ${last}` : `${mode} ${symmetric}`;
  return {
    key: `${name} ${gamma} ${chosen.smooth} ${whose}`,
    scale: (channel) => ({
      limits: scaling.limits(channel),
      gamma,
      signed,
    }),
    name,
    table: COLOUR_MAPS[name],
    smooth: chosen.smooth,
  };
}
