import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Close a menu by Esc, by a press elsewhere, and when the focus goes elsewhere. */
export function useDismissal(menu: RefObject<HTMLDetailsElement | null>): void {
  useEffect(() => {
    const box = menu.current;
    if (!box) return;
    const close = () => (box.open = false);
    const outside = (target: EventTarget | null) =>
      target instanceof Node && !box.contains(target);
    const press = (event: KeyboardEvent) => {
      if (!box.open || event.key !== "Escape") return;
      // Else the view would be left, too.
      event.stopPropagation();
      if (box.contains(document.activeElement)) box.querySelector("summary")?.focus();
      close();
    };
    const point = ({ target }: Event) => outside(target) && close();
    const leave = ({ relatedTarget }: FocusEvent) => outside(relatedTarget) && close();
    document.addEventListener("keydown", press, { capture: true });
    document.addEventListener("pointerdown", point, { capture: true });
    box.addEventListener("focusout", leave);
    // TensorBoard's page around ours was pressed.
    window.addEventListener("blur", close);
    return () => {
      document.removeEventListener("keydown", press, { capture: true });
      document.removeEventListener("pointerdown", point, { capture: true });
      box.removeEventListener("focusout", leave);
      window.removeEventListener("blur", close);
    };
  }, []);
}
