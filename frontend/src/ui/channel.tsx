/** Not built yet. */
export function ChannelView() {
  return <div class="view" />;
}
