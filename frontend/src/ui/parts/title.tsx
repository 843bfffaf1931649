/** What a layer is, in words. */

import type { Header } from "../../data/api";
import { canShowRemoved, partnerOf, type Removed, showsRemoved } from "../../data/pairs";
import type { LayerRecord } from "../../data/records";
import { percent } from "../../drawing/legend";
import { formOf, mapSize, sizeWords } from "../../numbers/map_form";
import { change, select, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { sentenceOf } from "./sentence";
import { MEANINGS } from "./words";
import "./title.css";

/** What the picture below is: always of what is drawn, not of what is on its way. */
export function Title({ record, input }: { record: LayerRecord; input: string }) {
  const { layer, step } = record.header;
  return (
    <div class="title">
      <h2>
        <span data-name="layer">{layer.path}</span>
        <small>
          {[
            ...kindOf(layer),
            extentOf(record.header),
            `input ${input}`,
            `run ${record.run.run}`,
            `step ${step}`,
          ].join(" · ")}
        </small>
        <ReluSwitch record={record} />
      </h2>
      <Sentence header={record.header} />
    </div>
  );
}

/** What one looks at, in one sentence. */
export function Sentence({ header: { layer, inputs } }: { header: Header }) {
  const { shape = [], packed } = inputs[0] ?? {};
  const size = mapSize(formOf(layer, shape), packed?.shape ?? []);
  return (
    <p class="sentence quiet" data-name="sentence">
      {sentenceOf(state.value, size, viewState.coloursInUse.value)}
    </p>
  );
}

/** Before the activation function, after it, or what lies between. */
function ReluSwitch({ record }: { record: LayerRecord }) {
  const { layer } = record.header;
  const partner = partnerOf(record.run, layer.partner);
  if (!partner) return null;
  const removed = showsRemoved(state.value);
  const after = layer.kind === "activation";
  const choose = (wanted: boolean) => {
    change({ removed: false });
    if (wanted !== after) select("a", { layer: partner.layer });
  };
  const name = activationName(layer);
  return (
    <span class="switch" role="group" aria-label={`Before and after ${name}`}>
      <button type="button" aria-pressed={!removed && !after} onClick={() => choose(false)}>
        before {name}
      </button>
      <button type="button" aria-pressed={!removed && after} onClick={() => choose(true)}>
        after {name}
      </button>
      {canShowRemoved(state.value) && (
        <button
          type="button"
          aria-pressed={removed}
          onClick={() => change({ removed: !removed })}
          aria-keyshortcuts="Shift+R"
          title={`${MEANINGS.removed} (Shift + r)`}
        >
          removed
        </button>
      )}
    </span>
  );
}

/** What people call the activation function of a layer. */
export function activationName({ class_name: name, kind }: Header["layer"]): string {
  return kind !== "activation" || /relu/i.test(name) ? "ReLU" : "activation";
}

interface RemovedLineProps {
  removed: Removed;
  /** The channel that is shown; null for all. */
  channel?: number | null;
}

/** What is shown, in words, where it is what the activation function removed. */
export function RemovedLine({ removed, channel = null }: RemovedLineProps) {
  const name = activationName(removed.after.header.layer);
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

/** The class of a layer, and where it is in a pair of before and after, if it is in one. */
export function kindOf({ class_name: name, kind }: Header["layer"]): string[] {
  return kind === "other" ? [name] : [name, kind];
}

/** What there is of a layer, in words: of what is no picture what its sides count. */
export function extentOf({ layer, inputs: [first] }: Header): string {
  return first ? sizeWords(formOf(layer, first.shape), first.shape, first.packed.shape) : "";
}

/** Shape of a layer's activations for one input, as the model has it, channels last. */
export function shapeOf(header: Header): string {
  return header.inputs[0]?.shape.join("×") ?? "";
}
