/** Not built yet. */
export function TrainingView() {
  return <div class="view" />;
}
