import type { Header } from "../../data/api";
import type { Removed } from "../../data/pairs";
import { percent } from "../../drawing/legend";

/** What people call the activation function of a layer. */
export function activationOf({ class_name: name, kind }: Header["layer"]): string {
  return kind !== "activation" || /relu/i.test(name) ? "ReLU" : "activation";
}

/** Says what is shown where it is what the activation function removed. */
export function RemovedLine({
  removed,
  channel = null,
}: {
  removed: Removed;
  channel?: number | null;
}) {
  const name = activationOf(removed.after.header.layer);
  const share = channel === null ? removed.share : (removed.shares[channel] ?? 0);
  const whose = channel === null ? "all values" : "the values of the channel";
  return (
    <p class="lead">
      {`What ${name === "ReLU" ? name : "the activation function"} removed: the values before `}
      {`it minus those after it. ${percent(share)} of ${whose} were not zero and became `}
      zero.
      {channel !== null &&
        " The curve is not of what was removed, but of the layer as it was logged."}
    </p>
  );
}
