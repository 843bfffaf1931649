/** How wide the panels beside the view are, and which are folded: kept by the browser. */

const PANELS = ["layers", "aside"] as const;
export type PanelName = (typeof PANELS)[number];

/** A panel; its width in CSS pixels, also while it is folded. */
interface Panel {
  width: number;
  folded: boolean;
}

export type Panels = { readonly [name in PanelName]: Panel };

/** How narrow and how wide a panel can be made. */
export const [NARROWEST, WIDEST] = [140, 640];

export const START_PANELS: Panels = {
  layers: { width: 248, folded: false },
  aside: { width: 264, folded: false },
};

/** Make a panel as wide as that, within the bounds. */
export function withWidth(panels: Panels, name: PanelName, width: number): Panels {
  const bounded = Math.round(Math.min(Math.max(width, NARROWEST), WIDEST));
  return { ...panels, [name]: { width: bounded, folded: false } };
}

/** Fold a panel, or unfold it. */
export function withFold(panels: Panels, name: PanelName, folded: boolean): Panels {
  return { ...panels, [name]: { ...panels[name], folded } };
}

/** Write panels as the browser keeps them: `layers:248;aside:264:folded`. */
export function panelsText(panels: Panels): string {
  return PANELS.map(
    (name) => `${name}:${panels[name].width}${panels[name].folded ? ":folded" : ""}`,
  ).join(";");
}

/** Read panels; what is junk, or was not kept, is as at the start; compact, layers are folded. */
export function panelsIn(text: string, compact = false): Panels {
  const start = compact ? withFold(START_PANELS, "layers", true) : START_PANELS;
  return text.split(";").reduce((panels, part) => {
    const match = /^(layers|aside):(\d{1,4})(:folded)?$/.exec(part);
    if (!match) return panels;
    const name = match[1] as PanelName;
    return withFold(withWidth(panels, name, Number(match[2])), name, match[3] !== undefined);
  }, start);
}
