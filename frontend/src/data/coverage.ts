/** What a scale shows of feature maps, and how many values it cannot show. */

import type { Maps } from "../numbers/decode";
import { type Coverage, countMarks, together } from "../numbers/marks";
import type { Scaling } from "./scaling";

/** Channels of a record that are drawn. */
export interface Drawn {
  maps: Maps;
  channels: readonly number[];
}

const known = new WeakMap<Maps, { key: string; coverage: Coverage }>();

/** What a scale shows of all that is drawn; counted once for each of the maps. */
export function coverageOf(drawn: readonly Drawn[], scaling: Scaling): Coverage {
  return together(drawn.map((one) => coverageOfOne(one, scaling)));
}

function coverageOfOne({ maps, channels }: Drawn, scaling: Scaling): Coverage {
  const limits = channels.map((channel) => scaling.limits(channel));
  const different = scaling.shared ? limits.slice(0, 1) : limits;
  const ends = different.map(({ low, high }) => [low, high]);
  const key = JSON.stringify([channels, ends]);
  const found = known.get(maps);
  if (found?.key === key) return found.coverage;
  const positions = maps.height * maps.width;
  const coverage = together(
    channels.map((channel, i) => {
      const [start, own] = [channel * positions, limits[i]!];
      return { limits: own, marks: countMarks(maps.values, own, start, start + positions) };
    }),
  );
  known.set(maps, { key, coverage });
  return coverage;
}
