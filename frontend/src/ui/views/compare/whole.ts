import { fitted, type Room } from "../../pictures/enlarged";

/** Room for the number above a channel, in CSS pixels. */
const LABEL = 20;

/** Screen pixels for a value with which one whole map fits into a box. */
export function wholeZoom(maps: Room, box: Room): number {
  const ratio = devicePixelRatio || 1;
  const room = { width: box.width * ratio, height: Math.max(box.height - LABEL, 1) * ratio };
  return Math.max(fitted(maps, room).width, 1) / maps.width;
}
