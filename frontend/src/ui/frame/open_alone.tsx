import { pageAsFile } from "../../host/held_page";
import { isFramed } from "../../host/host";
import { viewState } from "../../state/view_state";

const REFUSED = "This frame opens no windows: download the page, and open it from the disk.";

/** Opens a page alone, in a window with more room than the frame that it is in. */
export function openAlone(): void {
  if (!isFramed()) {
    viewState.said.value = { words: "Nothing changed. This page is in no frame." };
    return;
  }
  // What has no address of its own is opened as it is.
  const hasAddress = /^(https?|file):$/.test(location.protocol);
  const address = hasAddress ? location.href : URL.createObjectURL(pageAsFile());
  if (!window.open(address)) viewState.said.value = { words: REFUSED };
}

/** The way out of a frame of another page. */
export function OpenAlone() {
  if (!isFramed()) return null;
  return (
    <button
      type="button"
      aria-keyshortcuts="y"
      title="Open this page alone, in a window with more room (y)"
      onClick={openAlone}
    >
      open alone
    </button>
  );
}
