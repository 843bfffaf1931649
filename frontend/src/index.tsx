/** What TensorBoard calls when the tab is opened; a page that holds the tab begins by itself. */

import { render as draw } from "preact";
import { heldPage } from "./host/held_page";
import { start } from "./start";
import { App } from "./ui/frame/app";
import "./style.css";

/** Fill the page. */
export function render(): void {
  // A page that holds the tab holds its styles, and has a title.
  if (!heldPage) {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL(/* @vite-ignore */ "style.css", import.meta.url).href;
    document.head.append(style);
    document.documentElement.lang = "en";
    document.title = "Activations";
  }
  start();
  draw(<App />, document.body);
}

if (heldPage) render();
