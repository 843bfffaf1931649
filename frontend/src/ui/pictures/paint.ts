import type { Scaling } from "../../data/scaling";
import { COLOUR_MAPS, type ColourMapName } from "../../drawing/colours";
import type { Limits } from "../../numbers/limits";
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

/** Whether any of several scales, each for all that is drawn on it, has both signs. */
export function haveBothSigns(scalings: readonly Scaling[]): boolean {
  return scalings.some(({ shared, limits }) => shared && limits(0).low < 0);
}

/**
 * Values of both signs get colours of both signs, unless others were chosen.
 *
 * `bothSigns`: whether there are such values; by itself where one scale, for all, has both.
 */
export function paintOf(
  scaling: Scaling,
  chosen: State,
  bothSigns = haveBothSigns([scaling]),
): Paint {
  const auto = bothSigns ? "signed" : "gray";
  const name = chosen.colours === "auto" ? auto : chosen.colours;
  const signed = name === "signed";
  const { gamma, log, mode, symmetric } = chosen.scale;
  const { low: first, high: last } = scaling.limits(0);
  const whose = scaling.shared ? `${first} ${last}` : `${mode} ${symmetric}`;
  return {
    key: `${name} ${gamma} ${log} ${chosen.smooth} ${whose}`,
    scale: (channel) => ({
      limits: scaling.limits(channel),
      gamma,
      log,
      signed,
    }),
    name,
    table: COLOUR_MAPS[name],
    smooth: chosen.smooth,
  };
}

/** How differences are drawn beside what they are the differences of. */
export function signedPaint(
  paint: Paint,
  limits: Limits,
  { scale: { gamma, log }, smooth }: State,
): Paint {
  const scale = { limits, gamma, log, signed: true };
  return {
    ...paint,
    scale: () => scale,
    name: "signed",
    table: COLOUR_MAPS.signed,
    key: `difference ${limits.high} ${gamma} ${log} ${smooth}`,
  };
}
