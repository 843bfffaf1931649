import { useEffect, useMemo } from "preact/hooks";
import {
  type ComparedInputs,
  differenceScaling,
  inputsOf,
  MOST_INPUTS,
  rankingOf,
} from "../../../data/inputs";
import { knownPlaces } from "../../../data/places";
import { andThen, ready } from "../../../data/queries";
import {
  chosenRecord,
  inputNames,
  type LayerRecord,
  present,
  type ShownRecord,
} from "../../../data/records";
import { misfitOf } from "../../../data/scale_fit";
import { coverageOf, type Scaling, scalingOf } from "../../../data/scaling";
import { sameShape } from "../../../numbers/decode";
import { changeBetween, MEASURES, type Measure, responses } from "../../../numbers/differences";
import { pinnedIn } from "../../../state/pins";
import { change, type SideName, select, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { Answered } from "../../parts/answered";
import { NoChannels, SearchChannels } from "../../parts/search";
import { Advice } from "../../parts/status";
import { Title } from "../../parts/title";
import { MEASURE_NAMES } from "../../parts/words";
import { Legend } from "../../pictures/legend";
import { paintOf, signedPaint } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";
import { InputRows } from "./input_rows";
import "./inputs.css";

/** Inputs beside each other, channels ranked by how differently they respond. */
export function InputsView() {
  const chosen = state.value;
  const answer = andThen(chosenRecord(present(chosen.a)), (record) =>
    andThen(inputsOf(record, chosen), (inputs) =>
      inputs.pair[1] < 0
        ? ready({ ...inputs, scaling: null })
        : andThen(scalingOf(inputs.all, chosen.scale), (scaling) =>
            ready<ScaledInputs>({ ...inputs, scaling }),
          ),
    ),
  );
  return (
    <Answered of={answer} what="the inputs">
      {(inputs) => <OneOrMoreInputs {...inputs} />}
    </Answered>
  );
}

/** Inputs and their scale; null where nothing is beside the one that there is. */
type ScaledInputs = ComparedInputs & { scaling: Scaling | null };

function OneOrMoreInputs({ scaling, ...inputs }: ScaledInputs) {
  const { record, all, pair } = inputs;
  if (!scaling) return <OneInput record={record} />;
  const [a, b] = [all[pair[0]]!, all[pair[1]]!];
  if (!sameShape(a.maps, b.maps)) {
    return (
      <section class="view" aria-label="Inputs">
        <Title record={record} input={`${a.input.name} and ${b.input.name}`} />
        <InputTools {...inputs} a={a} b={b} shown={0} unknown={[]} />
        <Advice>
          {`The feature maps of ${a.input.name} and ${b.input.name} have different shapes. `}
          Choose two inputs of one size.
        </Advice>
      </section>
    );
  }
  return <Inputs {...inputs} a={a} b={b} scaling={scaling} />;
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
  const between = useMemo(() => changeBetween(a.maps, b.maps), [a.maps, b.maps]);
  const { channels: ranking, search } = rankingOf(scores, chosen);
  useEffect(() => {
    viewState.channelOrder.value = ranking;
  });
  const scalingBetween = differenceScaling(between);
  const paint = paintAs(between, paintOf(scaling, chosen));
  const signed = paintAs(between, signedPaint(paint, scalingBetween.limits(0), chosen));
  const coverage = coverageOf(
    all.map(({ maps }) => ({ maps, channels: ranking })),
    scaling,
  );
  return (
    <section class="view" aria-label="Inputs">
      <Title record={record} input={`${a.input.name} and ${b.input.name}`} />
      <InputTools {...{ record, all, a, b }} shown={ranking.length} unknown={search.unknown} />
      <InputRows
        all={all}
        pair={pair}
        between={between}
        places={[...all, a].map(knownPlaces)}
        ranking={ranking}
        scores={scores}
        scored={`difference of ${MEASURE_NAMES[measure]}`}
        paint={paint}
        signed={signed}
        zoom={chosen.zoom}
        chosen={chosen.a.channel}
        pins={pinnedIn(chosen.pins, record.header.layer)}
        pick={(channel, input) => {
          viewState.inputsChannel.value = channel;
          select("a", { channel, ...(input === null ? {} : { input }) });
          change({ view: "channel" });
        }}
      />
      <div class="legends">
        <Legend
          scaling={scaling}
          paint={paint}
          coverage={coverage}
          misfit={misfitOf(scaling, coverage, chosen.scale, (choice) => scalingOf(all, choice))}
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
              {MEASURE_NAMES[measure]}
            </option>
          ))}
        </select>
      </label>
      <SearchChannels unknown={unknown} hides={hidden} count={channels} />
      <span class="quiet values" data-name="count">
        {shown} of {channels} channels
      </span>
      <NoChannels shown={shown} all={channels} unsearched={hidden} />
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
