/** Which keys the controls of a page need for themselves. */

const MOVES = new Set([
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Home",
  "End",
  "PageUp",
  "PageDown",
]);

/** Whether an element that has the focus handles a key by itself. */
export function keeps(element: string, type: string, key: string): boolean {
  if (element === "button") return key === " " || key === "Enter";
  if (element === "input" && type === "range") return MOVES.has(key);
  if (element === "input" && type === "checkbox") return key === " ";
  return ["input", "select", "textarea", "dialog"].includes(element);
}
