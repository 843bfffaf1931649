/** Not built yet. */
export function MultiplesView() {
  return <div class="view" />;
}
