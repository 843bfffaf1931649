import { useEffect, useMemo } from "preact/hooks";
import { sameShape } from "../../../data/channels";
import {
  apartScaling,
  inputsOf,
  type Inputs as Loaded,
  MOST_INPUTS,
  rankingOf,
} from "../../../data/inputs";
import { andThen } from "../../../data/queries";
import { chosenRecord, present, type Record, type Shown } from "../../../data/records";
import { coverageOf, type Scaling, scalingOf } from "../../../data/scaling";
import { COLOUR_MAPS } from "../../../drawing/colours";
import { MEASURES, type Measure, responses } from "../../../numbers/differences";
import { difference } from "../../../numbers/statistics";
import { pinnedIn } from "../../../state/pins";
import { change, select, state } from "../../../state/store";
import { useSteady } from "../../hooks/latest";
import { NoChannels, SearchChannels } from "../../parts/search";
import { Failed } from "../../parts/status";
import { Title } from "../../parts/title";
import { Legend } from "../../pictures/legend";
import { type Paint, paintOf } from "../../pictures/paint";
import { InputRows } from "./input_rows";
import "./inputs.css";
import { WAITING } from "../../../data/queries";
import { viewState } from "../../../state/view_state";

const NAMES: { [measure in Measure]: string } = {
  maximum: "the maxima",
  largest: "one value, at most",
  l2: "whole maps (L2)",
};

/** Inputs beside each other, channels ranked by how differently they respond. */
export function InputsView() {
  const steady = useSteady(
    andThen(chosenRecord(present(state.value.a)), (record) => inputsOf(record, state.value)),
  );
  const all = steady.value?.all;
  const scaling = useSteady<Scaling>(all ? scalingOf(all, state.value.scale) : WAITING);
  const reason = steady.reason ?? scaling.reason;
  if (reason !== null) return <Failed reason={reason} />;
  if (!steady.value) return <div class="view" />;
  const { record, pair } = steady.value;
  if (pair[1] < 0) return <Alone record={record} />;
  if (!scaling.value) return <div class="view" />;
  const [a, b] = [steady.value.all[pair[0]]!, steady.value.all[pair[1]]!];
  if (!sameShape(a.maps, b.maps)) {
    return (
      <Failed
        reason={
          `The feature maps of ${a.input.name} and of ${b.input.name} do not have the same ` +
          "shape: choose two inputs of one size."
        }
      />
    );
  }
  return <Inputs {...steady.value} a={a} b={b} scaling={scaling.value} />;
}

function Alone({ record }: { record: Record }) {
  const name = record.header.inputs[0]?.name ?? "";
  return (
    <section class="view" aria-label="Inputs">
      <Title record={record} input={name} />
      <p class="lead">
        There is one input, {name}. Log two or more to see them beside each other, each under a
        name:
      </p>
      <pre>
        <code>{'av.ActivationCallback("runs/first", {"open": picture, "closed": other})'}</code>
      </pre>
    </section>
  );
}

function Inputs({
  record,
  all,
  a,
  b,
  pair,
  scaling,
}: Loaded & { a: Shown; b: Shown; scaling: Scaling }) {
  const chosen = state.value;
  const { measure } = chosen.inputs;
  const scores = useMemo(() => responses(a.maps, b.maps, measure), [a.maps, b.maps, measure]);
  const between = useMemo(() => difference(a.maps, b.maps), [a.maps, b.maps]);
  const { channels } = a.maps;
  const { channels: ranking, search } = rankingOf(scores, chosen);
  useEffect(() => {
    viewState.channelOrder.value = ranking;
  });
  const apart = apartScaling(between);
  const limits = apart.limits(0);
  const paint = paintOf(scaling, chosen);
  const scale = { limits, gamma: chosen.scale.gamma, signed: true };
  const signed: Paint = {
    ...paint,
    scale: () => scale,
    name: "signed",
    table: COLOUR_MAPS.signed,
    key: `difference ${limits.high} ${scale.gamma} ${chosen.smooth}`,
  };
  return (
    <section class="view" aria-label="Inputs">
      <Title record={record} input={`${a.input.name} and ${b.input.name}`} />
      <div class="tools">
        <Choice side="a" record={record} name={a.input.name} other={b.input.name} />
        <Choice side="b" record={record} name={b.input.name} other={a.input.name} />
        <label>
          Rank by difference of
          <select
            value={measure}
            onChange={(event) =>
              change({ inputs: { measure: event.currentTarget.value as Measure } })
            }
          >
            {MEASURES.map((one) => (
              <option key={one} value={one}>
                {NAMES[one]}
              </option>
            ))}
          </select>
        </label>
        <SearchChannels
          unknown={search.unknown}
          hides={channels - ranking.length}
          count={channels}
        />
        <span class="quiet values" data-name="count">
          {ranking.length} of {channels} channels
        </span>
        <NoChannels
          shown={ranking.length}
          all={channels}
          unsearched={channels - ranking.length}
          dead={0}
        />
        {all.length < record.header.inputs.length && (
          <span class="quiet">
            {all.length} of {record.header.inputs.length} inputs: at most {MOST_INPUTS} are
            shown
          </span>
        )}
      </div>
      <InputRows
        all={all}
        pair={pair}
        between={between}
        ranking={ranking}
        scores={scores}
        scored={`difference of ${NAMES[measure]}`}
        paint={paint}
        signed={signed}
        zoom={chosen.zoom}
        chosen={chosen.a.channel}
        pins={pinnedIn(chosen.pins, record.header.layer)}
        pick={(channel, input) => {
          select("a", { channel, ...(input === null ? {} : { input }) });
          change({ view: "channel" });
        }}
      />
      <div class="legends">
        <Legend
          scaling={scaling}
          paint={paint}
          coverage={coverageOf(
            all.map(({ maps }) => ({ maps, channels: ranking })),
            scaling,
          )}
        />
        <Legend
          scaling={apart}
          paint={signed}
          coverage={coverageOf([{ maps: between, channels: ranking }], apart)}
          leads={false}
        />
      </div>
    </section>
  );
}

interface ChoiceProps {
  side: "a" | "b";
  record: Record;
  name: string;
  /** What the other side shows, which takes this one's place if it is chosen here. */
  other: string;
}

function Choice({ side, record, name, other }: ChoiceProps) {
  const choose = (wanted: string) => {
    select(side, { input: wanted });
    // What follows from what was chosen is said, so that it stays.
    select(side === "a" ? "b" : "a", { input: wanted === other ? name : other });
  };
  return (
    <label>
      {side.toUpperCase()}
      <select value={name} onChange={(event) => choose(event.currentTarget.value)}>
        {record.header.inputs.map((one) => (
          <option key={one.name} value={one.name}>
            {one.name}
          </option>
        ))}
      </select>
    </label>
  );
}
