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
  if (element === "button" || element === "summary") return key === " " || key === "Enter";
  if (element === "input" && type === "range") return MOVES.has(key);
  if (element === "input" && type === "checkbox") return key === " ";
  if (element === "select") return MOVES.has(key) || key === " " || key === "Enter";
  return ["input", "textarea", "dialog"].includes(element);
}

/** Whether a list is open, where the browser tells; elsewhere it keeps its keys by itself. */
export function isOpen(list: Element): boolean {
  return CSS.supports("selector(:open)") && list.matches("select:open");
}
