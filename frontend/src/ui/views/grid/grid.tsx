import { useEffect } from "preact/hooks";
import { orderingOf } from "../../../data/channels";
import { type LayerWithOthers, withOthers } from "../../../data/inputs";
import { chosenLayer } from "../../../data/pairs";
import { andThen } from "../../../data/queries";
import type { ShownRecord } from "../../../data/records";
import { coverageOf, scalingOf } from "../../../data/scaling";
import { axesWords } from "../../../numbers/map_form";
import { pinnedIn } from "../../../state/pins";
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
import { paintAs } from "../../pictures/plot_paint";
import { SignalAbove } from "../../pictures/signal";

/** All channels of a layer. */
export function GridView() {
  const latest = useLatest(andThen(chosenLayer(state.value), withOthers));
  if (latest.reason !== null) return <Failed reason={latest.reason} />;
  if (!latest.value) return <div class="view" />;
  return <Grid {...latest.value} />;
}

function Grid({ record, removed, others, reason }: LayerWithOthers) {
  const chosen = state.value;
  const ordering = orderingOf(record, chosen);
  const drawn = [record, ...others];
  const form = record.maps.form?.kind;
  const scaling = useLatest(scalingOf(drawn, chosen.scale));
  useEffect(() => {
    viewState.channelOrder.value = ordering.channels;
  });
  if (scaling.reason !== null) return <Failed reason={scaling.reason} />;
  if (!scaling.value) return <div class="view" />;
  const paint = paintAs(record.maps, paintOf(scaling.value, chosen));
  return (
    <section class="view" aria-label="Channels">
      <Title record={record} input={record.input.name} />
      {removed ? (
        <RemovedLine removed={removed} />
      ) : (
        <Lifeless record={record} input={record.number} />
      )}
      <ChannelTools ordering={ordering} header={record.header} />
      {form === "units" && <BarWords {...{ record, drawn, reason }} />}
      {axesWords(record.maps.form) && (
        <p class="lead quiet" data-name="axes">
          {axesWords(record.maps.form)}
        </p>
      )}
      {form === "sequence" && <SignalAbove key={record.input.name} record={record} />}
      <Channels
        maps={record.maps}
        beside={others.map(({ maps }) => maps)}
        names={drawn.length > 1 ? drawn.map(({ input }) => input.name) : []}
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
        coverage={coverageOf(
          drawn.map(({ maps }) => ({ maps, channels: ordering.channels })),
          scaling.value,
        )}
      />
    </section>
  );
}

interface BarWordsProps {
  record: ShownRecord;
  /** The inputs that have a bar, in the order of the bars. */
  drawn: readonly ShownRecord[];
  /** Why there are none of the other inputs. */
  reason: string | null;
}

/** Whose bars are drawn, in their order. */
function BarWords({ record, drawn, reason }: BarWordsProps) {
  const [first, ...others] = drawn.map(({ input }) => input.name);
  const all = record.header.inputs.length;
  return (
    <p class="lead quiet" data-name="bars">
      A bar from zero for each input, top to bottom: <b>{first}</b>
      {others.length > 0 && ` (thick), ${others.join(", ")}`}
      {drawn.length < all && reason === null && ` · ${drawn.length} of ${all} inputs`}
      {reason !== null && ` · of the other inputs: ${reason}`}
    </p>
  );
}
