/** How channels respond inside a box that was drawn on the picture of the input. */

import type { Maps } from "../numbers/decode";
import { countIn, meanScores, responsesIn } from "../numbers/picture_box";
import type { MapArea } from "../numbers/receptive_field";
import type { State } from "../state/state";
import { memoOn } from "./memo";
import { loggedOrRemoved } from "./pairs";
import { areaIn, placesOf } from "./places";
import { type Answer, andThen, failed, ready } from "./queries";
import { inputNames, type ShownRecord, withValues } from "./records";

const responsesOf = memoOn(
  (maps: Maps, area: MapArea) => responsesIn(maps, area),
  (_, area) => JSON.stringify(area),
);

/** What channels are sorted by where it is the box: for this input, or the mean over all. */
export function boxScores(record: ShownRecord, chosen: State): Answer<Float64Array> {
  if (!chosen.box.allInputs) return scoresFor(record, chosen);
  // All are asked for at once, before any of them is waited for.
  const answers = inputNames(record.header).map((name) =>
    andThen(withValues(record, name), (values) =>
      andThen(loggedOrRemoved(values, chosen), (shown) => scoresFor(shown.record, chosen)),
    ),
  );
  const scores: Float64Array[] = [];
  for (const answer of answers) {
    if (answer.state !== "ready") return answer;
    scores.push(answer.value);
  }
  return ready(meanScores(scores));
}

function scoresFor(record: ShownRecord, chosen: State): Answer<Float64Array> {
  const { drawn } = chosen.box;
  if (!drawn) return failed("Drag a box on the input picture first.");
  return andThen(placesOf(record), (places) => {
    const area = areaIn(places, record.maps, drawn);
    if (!area) return failed(places.reason ?? "");
    const { height, width } = record.maps;
    if (countIn(area) === height * width) {
      return failed("The box holds all of each map, so nothing is outside: make it smaller.");
    }
    return ready(responsesOf(record.maps, area));
  });
}
