import { useEffect, useMemo } from "preact/hooks";
import { sameShape } from "../../../data/channels";
import {
  type ComparedInputs,
  differenceScaling,
  inputsOf,
  MOST_INPUTS,
  rankingOf,
} from "../../../data/inputs";
import { andThen, WAITING } from "../../../data/queries";
import {
  chosenRecord,
  inputNames,
  type LayerRecord,
  present,
  type ShownRecord,
} from "../../../data/records";
import { coverageOf, type Scaling, scalingOf } from "../../../data/scaling";
import { COLOUR_MAPS } from "../../../drawing/colours";
import { MEASURES, type Measure, responses } from "../../../numbers/differences";
import type { Limits } from "../../../numbers/limits";
import { difference } from "../../../numbers/statistics";
import { pinnedIn } from "../../../state/pins";
import type { State } from "../../../state/state";
import { change, type SideName, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { useLatest } from "../../hooks/latest";
import { NoChannels, SearchChannels } from "../../parts/search";
import { Failed } from "../../parts/status";
import { Title } from "../../parts/title";
import { Legend } from "../../pictures/legend";
import { type Paint, paintOf } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";
import { InputRows } from "./input_rows";
import "./inputs.css";

const NAMES: { [measure in Measure]: string } = {
  maximum: "the maxima",
  largest: "one value, at most",
  l2: "whole maps (L2)",
};

/** Inputs beside each other, channels ranked by how differently they respond. */
export function InputsView() {
  const latest = useLatest(
    andThen(chosenRecord(present(state.value.a)), (record) => inputsOf(record, state.value)),
  );
  const all = latest.value?.all;
  const scaling = useLatest<Scaling>(all ? scalingOf(all, state.value.scale) : WAITING);
  const reason = latest.reason ?? scaling.reason;
  if (reason !== null) return <Failed reason={reason} />;
  if (!latest.value) return <div class="view" />;
  const { record, pair } = latest.value;
  if (pair[1] < 0) return <OneInput record={record} />;
  if (!scaling.value) return <div class="view" />;
  const [a, b] = [latest.value.all[pair[0]]!, latest.value.all[pair[1]]!];
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
  return <Inputs {...latest.value} a={a} b={b} scaling={scaling.value} />;
}

function OneInput({ record }: { record: LayerRecord }) {
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

type TwoInputs = ComparedInputs & { a: ShownRecord; b: ShownRecord };

function Inputs({ record, all, a, b, pair, scaling }: TwoInputs & { scaling: Scaling }) {
  const chosen = state.value;
  const { measure } = chosen.inputs;
  const scores = useMemo(() => responses(a.maps, b.maps, measure), [a.maps, b.maps, measure]);
  const between = useMemo(() => difference(a.maps, b.maps), [a.maps, b.maps]);
  const { channels: ranking, search } = rankingOf(scores, chosen);
  useEffect(() => {
    viewState.channelOrder.value = ranking;
  });
  const scalingBetween = differenceScaling(between);
  const paint = paintAs(between, paintOf(scaling, chosen));
  const signed = paintAs(between, signedPaint(paint, scalingBetween.limits(0), chosen));
  return (
    <section class="view" aria-label="Inputs">
      <Title record={record} input={`${a.input.name} and ${b.input.name}`} />
      <InputTools {...{ record, all, a, b }} shown={ranking.length} unknown={search.unknown} />
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
          scaling={scalingBetween}
          paint={signed}
          coverage={coverageOf([{ maps: between, channels: ranking }], scalingBetween)}
          leads={false}
        />
      </div>
    </section>
  );
}

/** How differences are drawn beside what they are the differences of. */
function signedPaint(paint: Paint, limits: Limits, { scale: { gamma }, smooth }: State): Paint {
  const scale = { limits, gamma, signed: true };
  return {
    ...paint,
    scale: () => scale,
    name: "signed",
    table: COLOUR_MAPS.signed,
    key: `difference ${limits.high} ${gamma} ${smooth}`,
  };
}

interface InputToolsProps extends Omit<TwoInputs, "pair"> {
  /** How many channels are shown. */
  shown: number;
  /** Words of the search that are not channels. */
  unknown: readonly string[];
}

/** Which two inputs are compared, by what, and which channels are shown. */
function InputTools({ record, all, a, b, shown, unknown }: InputToolsProps) {
  const { channels } = a.maps;
  const hidden = channels - shown;
  return (
    <div class="tools">
      <InputChoice side="a" record={record} name={a.input.name} other={b.input.name} />
      <InputChoice side="b" record={record} name={b.input.name} other={a.input.name} />
      <label>
        Rank by difference of
        <select
          value={state.value.inputs.measure}
          onChange={(event) =>
            change({ inputs: { measure: event.currentTarget.value as Measure } })
          }
        >
          {MEASURES.map((measure) => (
            <option key={measure} value={measure}>
              {NAMES[measure]}
            </option>
          ))}
        </select>
      </label>
      <SearchChannels unknown={unknown} hides={hidden} count={channels} />
      <span class="quiet values" data-name="count">
        {shown} of {channels} channels
      </span>
      <NoChannels shown={shown} all={channels} unsearched={hidden} dead={0} />
      {all.length < record.header.inputs.length && (
        <span class="quiet">
          {all.length} of {record.header.inputs.length} inputs: at most {MOST_INPUTS} are shown
        </span>
      )}
    </div>
  );
}

interface InputChoiceProps {
  side: SideName;
  record: LayerRecord;
  name: string;
  /** What the other side shows, which takes this one's place if it is chosen here. */
  other: string;
}

function InputChoice({ side, record, name, other }: InputChoiceProps) {
  const choose = (wanted: string) => {
    select(side, { input: wanted });
    // What follows from what was chosen is said, so that it stays.
    select(side === "a" ? "b" : "a", { input: wanted === other ? name : other });
  };
  return (
    <label>
      {side.toUpperCase()}
      <select value={name} onChange={(event) => choose(event.currentTarget.value)}>
        {inputNames(record.header).map((input) => (
          <option key={input} value={input}>
            {input}
          </option>
        ))}
      </select>
    </label>
  );
}
