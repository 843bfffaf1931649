/** Where the values of a layer lie on the picture of its input, where that can be said. */

import type { Size } from "../numbers/layout";
import { channelNoun, formOf, hasOneValue, mapSize } from "../numbers/map_form";
import { type PictureBox, regionOf } from "../numbers/picture_box";
import type { FormedSize } from "../numbers/plot_layout";
import {
  type Alignment,
  align,
  type MapArea,
  nearestPosition,
  positionsIn,
  type RelativePosition,
} from "../numbers/receptive_field";
import type { MapPosition } from "../numbers/statistics";
import { type Answer, andThen, ready } from "./queries";
import { inputNames, picturesOf, type ShownRecord } from "./records";

/** How the maps lie on the picture; or why places of it are none of theirs. */
export type Places = { reason: null; alignment: Alignment; picture: Size } | { reason: string };

/** What is known of a layer for one input, but its values. */
type Placed = Pick<ShownRecord, "run" | "address" | "header" | "input">;

/** Maps of unknown field with other proportions than the picture's are no pictures. */
const LIKE = 2;

/** Where the values of a record lie on the picture of its input. */
export function placesOf({ run, address, header, input }: Placed): Answer<Places> {
  const form = formOf(header.layer, input.shape);
  const maps = mapSize(form, input.packed.shape);
  const reason = whyNoPlaces(maps);
  if (reason !== null) return ready({ reason });
  return andThen(picturesOf(run, address.step), (pictures): Answer<Places> => {
    const number = pictures ? inputNames(pictures.header).indexOf(input.name) : -1;
    const logged = pictures?.header.inputs[number];
    const isPicture = logged && formOf(pictures.header.layer, logged.shape).kind === "picture";
    if (!isPicture) {
      return ready({ reason: `No picture of input ${input.name} was logged to point at.` });
    }
    const picture = sizeOf(logged.packed.shape);
    const alignment = align(maps, header.layer.receptive_field ?? null, picture);
    if (!alignment.known && form.kind !== "tokens" && !alike(maps, alignment)) {
      return ready({
        reason:
          "Where this layer looks is not known, and its maps do not have the shape of the " +
          "picture.",
      });
    }
    return ready({ reason: null, alignment, picture });
  });
}

function sizeOf([height, width]: readonly [number, number, number]): Size {
  return { height, width };
}

function alike(a: Size, b: Size): boolean {
  const ratio = a.width / a.height / (b.width / b.height);
  return ratio <= LIKE && ratio >= 1 / LIKE;
}

/** Why no values of a layer belong to places of a picture, if so. */
function whyNoPlaces({ form, ...size }: FormedSize): string | null {
  switch (form?.kind) {
    case "sequence":
      return "This layer is a sequence: its values are not places of the picture.";
    case "scores":
    case "table":
      return "The rows and columns of this layer are not those of the picture.";
    case "slices":
      return "This layer has more axes than a picture has.";
    default:
      if (hasOneValue(size)) {
        return `This layer has one value for the whole picture in each ${channelNoun(form)}.`;
      }
  }
  return null;
}

/** Where the values of a record lie, once that is known. */
export function knownPlaces(record: Placed): Places | null {
  const answer = placesOf(record);
  return answer.state === "ready" ? answer.value : null;
}

/** The position of the maps at a place of the picture; null where there is none. */
export function positionAt(
  places: Places | null,
  maps: Size,
  place: RelativePosition | null,
): MapPosition | null {
  if (!place || !places || places.reason !== null) return null;
  const { alignment, picture } = places;
  const [row, column] = [place.y * picture.height, place.x * picture.width];
  return nearestPosition(alignment, maps, row, column);
}

/** The positions of the maps inside a box on the picture; null where there are none. */
export function areaIn(
  places: Places | null,
  maps: Size,
  box: PictureBox | null,
): MapArea | null {
  if (!box || !places || places.reason !== null) return null;
  return positionsIn(places.alignment, maps, regionOf(box, places.picture));
}
