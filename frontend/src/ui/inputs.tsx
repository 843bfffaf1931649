/** Not built yet. */
export function InputsView() {
  return <div class="view" />;
}
