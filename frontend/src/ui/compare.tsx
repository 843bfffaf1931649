/** Not built yet. */
export function CompareView() {
  return <div class="view" />;
}
