import { useEffect } from "preact/hooks";
import { orderingOfLayer } from "../../../data/layer_order";
import { type ScaledLayer, scaledLayer } from "../../../data/pairs";
import { knownPlaces } from "../../../data/places";
import { misfitOf } from "../../../data/scale_fit";
import { coverageOf, scalingOf } from "../../../data/scaling";
import { pinnedIn } from "../../../state/pins";
import { change, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { Answered } from "../../parts/answered";
import { ChannelTools } from "../../parts/channel_tools";
import { Lifeless } from "../../parts/lifeless";
import { RemovedLine, Title } from "../../parts/title";
import { Channels } from "../../pictures/channels";
import { Legend } from "../../pictures/legend";
import { paintOf } from "../../pictures/paint";

/** All channels of a layer. */
export function GridView() {
  return (
    <Answered of={scaledLayer(state.value)} what="the layer">
      {(layer) => <Grid {...layer} />}
    </Answered>
  );
}

function Grid({ record, removed, scaling }: ScaledLayer) {
  const chosen = state.value;
  const ordering = orderingOfLayer({ record, removed }, chosen);
  useEffect(() => {
    viewState.channelOrder.value = ordering.channels;
  });
  const paint = paintOf(scaling, chosen);
  const coverage = coverageOf([{ maps: record.maps, channels: ordering.channels }], scaling);
  return (
    <section class="view" aria-label="Channels">
      <Title record={record} input={record.input.name} />
      {removed ? (
        <RemovedLine removed={removed} />
      ) : (
        <Lifeless record={record} input={record.number} />
      )}
      <ChannelTools ordering={ordering} header={record.header} removed={removed !== null} />
      <Channels
        maps={record.maps}
        order={ordering.channels}
        scores={ordering.scores}
        paint={paint}
        places={knownPlaces(record)}
        zoom={chosen.zoom}
        chosen={chosen.a.channel}
        pins={pinnedIn(chosen.pins, record.header.layer)}
        label={`Feature maps of ${record.header.layer.path}`}
        pick={(channel) => {
          select("a", { channel });
          change({ view: "channel" });
        }}
      />
      <Legend
        scaling={scaling}
        paint={paint}
        coverage={coverage}
        misfit={misfitOf(scaling, coverage, chosen.scale, (choice) =>
          scalingOf([record], choice),
        )}
      />
    </section>
  );
}
