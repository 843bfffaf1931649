import { signal } from "@preact/signals";

/** Whether the page is dark. */
export const dark = signal(false);

/** Draw a component anew when the page becomes dark or light: a canvas keeps its colours. */
export function useTheme(): boolean {
  return dark.value;
}
