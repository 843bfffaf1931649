import { useEffect } from "preact/hooks";
import { orderingOf } from "../../../data/channels";
import { type Contents, chosenContents } from "../../../data/pairs";
import { coverageOf, scalingOf } from "../../../data/scaling";
import { pinnedIn } from "../../../state/pins";
import { change, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useSteady } from "../../hooks/latest";
import { ChannelTools } from "../../parts/channel_tools";
import { Lifeless } from "../../parts/lifeless";
import { Failed } from "../../parts/status";
import { RemovedLine, Title } from "../../parts/title";
import { Channels } from "../../pictures/channels";
import { Legend } from "../../pictures/legend";
import { paintOf } from "../../pictures/paint";

/** All channels of a layer. */
export function GridView() {
  const steady = useSteady(chosenContents(state.value));
  if (steady.reason !== null) return <Failed reason={steady.reason} />;
  if (!steady.value) return <div class="view" />;
  return <Grid {...steady.value} />;
}

function Grid({ one, removed }: Contents) {
  const chosen = state.value;
  const ordering = orderingOf(one, chosen);
  const scaling = useSteady(scalingOf([one], chosen.scale));
  useEffect(() => {
    viewState.channelOrder.value = ordering.channels;
  });
  if (scaling.reason !== null) return <Failed reason={scaling.reason} />;
  if (!scaling.value) return <div class="view" />;
  const paint = paintOf(scaling.value, chosen);
  return (
    <section class="view" aria-label="Channels">
      <Title record={one} input={one.input.name} />
      {removed ? (
        <RemovedLine removed={removed} />
      ) : (
        <Lifeless record={one} input={one.number} />
      )}
      <ChannelTools ordering={ordering} header={one.header} />
      <Channels
        maps={one.maps}
        order={ordering.channels}
        scores={ordering.scores}
        paint={paint}
        zoom={chosen.zoom}
        chosen={chosen.a.channel}
        pins={pinnedIn(chosen.pins, one.header.layer)}
        label={`Feature maps of ${one.header.layer.path}`}
        pick={(channel) => {
          select("a", { channel });
          change({ view: "channel" });
        }}
      />
      <Legend
        scaling={scaling.value}
        paint={paint}
        coverage={coverageOf([{ maps: one.maps, channels: ordering.channels }], scaling.value)}
      />
    </section>
  );
}
