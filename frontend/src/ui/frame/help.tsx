import { useEffect, useRef } from "preact/hooks";
import { viewState } from "../../state/view_state";
import { KEYS } from "./keys";
import { PICTURE_KEYS } from "./pointed_picture";

/** The table of keys. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = viewState.keysOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} aria-label="Keys" onClose={() => (viewState.keysOpen.value = false)}>
      <h2>Keys</h2>
      <table>
        <tbody>
          {KEYS.map(({ shown, does }) => (
            <tr key={shown}>
              <th scope="row">
                <kbd>{shown}</kbd>
              </th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">
        A field takes all keys until Esc or Enter; a list takes the arrows, space and Enter, and
        letters only while it is open. {PICTURE_KEYS}
      </p>
      <button type="button" onClick={() => (viewState.keysOpen.value = false)}>
        Close
      </button>
    </dialog>
  );
}
