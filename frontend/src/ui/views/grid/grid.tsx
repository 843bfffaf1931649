import { useEffect } from "preact/hooks";
import { type ChosenLayer, chosenLayer, orderingOfLayer } from "../../../data/pairs";
import { misfitOf } from "../../../data/scale_fit";
import { coverageOf, scalingOf } from "../../../data/scaling";
import { pinnedIn } from "../../../state/pins";
import type { ScaleChoice } from "../../../state/state";
import { change, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useLatest } from "../../hooks/latest";
import { ChannelTools } from "../../parts/channel_tools";
import { Lifeless } from "../../parts/lifeless";
import { Failed } from "../../parts/status";
import { RemovedLine, Title } from "../../parts/title";
import { Channels } from "../../pictures/channels";
import { Legend } from "../../pictures/legend";
import { paintOf } from "../../pictures/paint";

/** All channels of a layer. */
export function GridView() {
  const latest = useLatest(chosenLayer(state.value));
  if (latest.reason !== null) return <Failed reason={latest.reason} />;
  if (!latest.value) return <div class="view" />;
  return <Grid {...latest.value} />;
}

function Grid({ record, removed }: ChosenLayer) {
  const chosen = state.value;
  const ordering = orderingOfLayer({ record, removed }, chosen);
  const scalingFor = (choice: ScaleChoice) => scalingOf([record], choice);
  const scaling = useLatest(scalingFor(chosen.scale));
  useEffect(() => {
    viewState.channelOrder.value = ordering.channels;
  });
  if (scaling.reason !== null) return <Failed reason={scaling.reason} />;
  if (!scaling.value) return <div class="view" />;
  const paint = paintOf(scaling.value, chosen);
  const coverage = coverageOf(
    [{ maps: record.maps, channels: ordering.channels }],
    scaling.value,
  );
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
        scaling={scaling.value}
        paint={paint}
        coverage={coverage}
        misfit={misfitOf(scaling.value, coverage, chosen.scale, scalingFor)}
      />
    </section>
  );
}
