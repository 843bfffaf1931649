import { partnerOf } from "../../data/pairs";
import type { Record } from "../../data/shown";
import { change, select } from "../../state/store";
import { canShowRemoved, showsRemoved } from "../contents";
import { shapeOf } from "../frame/layers";
import { kindOf } from "./kinds";
import { activationOf } from "./removed";

/** What the picture below is: always of what is drawn, not of what is on its way. */
export function Title({ record, input }: { record: Record; input: string }) {
  const { layer, step } = record.header;
  return (
    <h2>
      <span data-name="layer">{layer.path}</span>
      <small>
        {[
          ...kindOf(layer),
          shapeOf(record.header),
          `input ${input}`,
          `run ${record.run.run}`,
          `step ${step}`,
        ].join(" · ")}
      </small>
      <ReluSwitch record={record} />
    </h2>
  );
}

/** Before the activation function, after it, or what lies between. */
function ReluSwitch({ record }: { record: Record }) {
  const { layer } = record.header;
  const partner = partnerOf(record.run, layer.partner);
  if (!partner) return null;
  const removed = showsRemoved();
  const after = layer.kind === "activation";
  const choose = (wanted: boolean) => {
    change({ removed: false });
    if (wanted !== after) select("a", { layer: partner.layer });
  };
  const name = activationOf(layer);
  return (
    <span class="switch" role="group" aria-label={`Before and after ${name}`}>
      <button type="button" aria-pressed={!removed && !after} onClick={() => choose(false)}>
        before {name}
      </button>
      <button type="button" aria-pressed={!removed && after} onClick={() => choose(true)}>
        after {name}
      </button>
      {canShowRemoved() && (
        <button
          type="button"
          aria-pressed={removed}
          onClick={() => change({ removed: !removed })}
          title="The values before less those after"
        >
          removed
        </button>
      )}
    </span>
  );
}
