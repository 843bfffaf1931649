import { useEffect } from "preact/hooks";
import { type DrawnLayer, drawnLayer } from "../../../data/inputs";
import { orderingOfLayer } from "../../../data/layer_order";
import { knownPlaces } from "../../../data/places";
import type { ShownRecord } from "../../../data/records";
import { misfitOf } from "../../../data/scale_fit";
import { coverageOf, scalingOf } from "../../../data/scaling";
import { axesWords } from "../../../numbers/map_form";
import { pinnedIn } from "../../../state/pins";
import { change, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { Answered } from "../../parts/answered";
import { ChannelTools } from "../../parts/channel_tools";
import { Lifeless } from "../../parts/lifeless";
import { SignalAbove } from "../../parts/signal_above";
import { RemovedLine, Title } from "../../parts/title";
import { Channels } from "../../pictures/channels";
import { Legend } from "../../pictures/legend";
import { paintOf } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";

/** All channels of a layer. */
export function GridView() {
  return (
    <Answered of={drawnLayer(state.value)} what="the layer">
      {(layer) => <Grid {...layer} />}
    </Answered>
  );
}

function Grid({ record, removed, others, reason, scaling }: DrawnLayer) {
  const chosen = state.value;
  const ordering = orderingOfLayer({ record, removed }, chosen);
  const drawn = [record, ...others];
  const form = record.maps.form?.kind;
  useEffect(() => {
    viewState.channelOrder.value = ordering.channels;
  });
  const paint = paintAs(record.maps, paintOf(scaling, chosen));
  const coverage = coverageOf(
    drawn.map(({ maps }) => ({ maps, channels: ordering.channels })),
    scaling,
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
      {form === "units" && <BarWords {...{ record, drawn, reason }} />}
      {axesWords(record.maps.form) && (
        <p class="lead quiet" data-name="axes">
          {axesWords(record.maps.form)}
        </p>
      )}
      {form === "sequence" && <SignalAbove record={record} />}
      <Channels
        maps={record.maps}
        beside={others.map(({ maps }) => maps)}
        names={drawn.length > 1 ? drawn.map(({ input }) => input.name) : []}
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
        misfit={misfitOf(scaling, coverage, chosen.scale, (choice) => scalingOf(drawn, choice))}
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
