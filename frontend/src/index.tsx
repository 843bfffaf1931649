/** What TensorBoard calls when the tab is opened. */

import { render as draw } from "preact";
import { start } from "./start";
import { App } from "./ui/frame/app";
import "./style.css";

/** Fill the page. */
export function render(): void {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL(/* @vite-ignore */ "style.css", import.meta.url).href;
  document.head.append(style);
  document.documentElement.lang = "en";
  document.title = "Activations";
  start();
  draw(<App />, document.body);
}
