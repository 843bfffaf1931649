import { boxScores } from "../../data/boxes";
import { peaksOf, statisticsOf, strongestFirst } from "../../data/channels";
import { loggedOrRemoved, type Removed } from "../../data/pairs";
import { knownPlaces, positionAt } from "../../data/places";
import { andThen, orElse, ready, WAITING } from "../../data/queries";
import { inputOf, present, type ShownRecord, shownRecord } from "../../data/records";
import { css, NON_FINITE_COLOURS } from "../../drawing/colours";
import { format, forThese, percent } from "../../drawing/legend";
import { areShares, scoreWords } from "../../drawing/scores";
import { type Maps, valueAt } from "../../numbers/decode";
import { channelNoun, isPlot, type MapForm, placeWords } from "../../numbers/map_form";
import { largestFirst, valuesAt } from "../../numbers/positions";
import { MARKS } from "../../numbers/scale";
import type { MapPosition } from "../../numbers/statistics";
import { change, select, state } from "../../state/store";
import { type Pointed, viewState } from "../../state/view_state";
import { useKnown } from "../hooks/latest";
import { Answered } from "../parts/answered";
import { InputsButton } from "../parts/channel_tools";
import { SignalLines } from "../pictures/signal";
import { BoxLine, PointedPicture } from "./pointed_picture";
import "./aside.css";

/** What goes with every view: the input, what was predicted, what is under the cursor. */
export function Aside() {
  const chosen = state.value;
  const answer = andThen(shownRecord(present(chosen.a)), (record) =>
    // Without what was removed there is still the rest.
    andThen(orElse(loggedOrRemoved(record, chosen), null), (layer) =>
      ready({ record, removed: layer?.removed ?? null }),
    ),
  );
  return (
    <aside class="aside" aria-label="Input and details">
      <Answered of={answer} what="the input" room="beside">
        {({ record, removed }) => (
          <>
            <InputPicture record={record} />
            <Predictions record={record} />
            <Strongest record={record} removed={removed} />
            <LayerNumbers record={record} named={removed !== null} />
            <UnderCursor record={record} removed={removed} />
          </>
        )}
      </Answered>
    </aside>
  );
}

function InputPicture({ record }: { record: ShownRecord }) {
  const { run, address, input } = record;
  return (
    <section>
      <h3>Input</h3>
      <Answered of={inputOf(run, address.step, input.name)} what="the input" room="part">
        {(shown) => {
          const isPicture = shown !== null && !isPlot(shown);
          return (
            <>
              {isPicture && <PointedPicture record={record} picture={shown} />}
              {shown && !isPicture && <SignalLines signal={shown} record={record} />}
              {!shown && <p class="quiet">No picture of this input was logged.</p>}
              <div class="quiet">{input.name}</div>
              {isPicture && <BoxLine record={record} />}
            </>
          );
        }}
      </Answered>
    </section>
  );
}

function Predictions({ record }: { record: ShownRecord }) {
  const { predictions, predicted } = record.input;
  if (!predictions.length) return null;
  const shares = areShares([predictions]);
  return (
    <section>
      <h3>Predictions</h3>
      <table>
        <tbody>
          {predictions.map(([number, score], i) => (
            <tr key={number}>
              <td>{predicted?.[i] ?? `class ${number}`}</td>
              <td title={score === null ? "" : format(score)}>{scoreWords(score, shares)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {predictions.some((_, i) => predicted?.[i] === undefined) && (
        <p class="quiet" title="LogOptions(class_names=...) logs the names of classes">
          (no names were logged)
        </p>
      )}
    </section>
  );
}

function UnderCursor({ record, removed }: { record: ShownRecord; removed: Removed | null }) {
  const under = viewState.pointed.value;
  const place = positionAt(knownPlaces(record), record.maps, viewState.pointedPlace.value);
  const values: [string, Maps][] = removed
    ? [
        ["before", removed.before.maps],
        ["after", removed.after.maps],
        ["removed", removed.maps],
      ]
    : [[state.value.view === "compare" ? "value in A" : "value", record.maps]];
  return (
    <section class="under">
      <h3>Under the cursor</h3>
      {under && under.channel < record.maps.channels ? (
        <table>
          <tbody>
            <tr>
              <td>{channelNoun(record.maps.form)}</td>
              <td>{under.channel}</td>
            </tr>
            <tr>
              {placeFact(record.maps.form, under).map((words) => (
                <td key={words}>{words}</td>
              ))}
            </tr>
            {values.map(([name, maps]) => (
              <tr key={name}>
                <td>{name}</td>
                <td>{format(valueAt(maps, under))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : place ? (
        <AtPlace maps={removed?.maps ?? record.maps} place={place} lines={values.length + 1} />
      ) : (
        <p class="quiet">Point at a feature map or the picture.</p>
      )}
    </section>
  );
}

interface AtPlaceProps {
  maps: Maps;
  place: MapPosition;
  /** How many channels there is room for. */
  lines: number;
}

/** The channels that are largest at the place of the picture under the cursor. */
function AtPlace({ maps, place, lines }: AtPlaceProps) {
  const values = valuesAt(maps, place);
  return (
    <table>
      <tbody>
        <tr>
          <td>row, column</td>
          <td>
            {place.row}, {place.column}
          </td>
        </tr>
        {largestFirst(values)
          .slice(0, lines)
          .map((channel, i) => (
            <tr key={channel}>
              <td>
                channel {channel}
                {i === 0 && ", largest here"}
              </td>
              <td>{format(values[channel]!)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** Where a value is, as a name and what it is called by it. */
function placeFact(form: MapForm | undefined, under: Pointed): [string, string] {
  if (!form || form.kind === "picture" || form.kind === "slices") {
    return ["row, column", `${under.row}, ${under.column}`];
  }
  return ["place", placeWords(form, under) || "its only value"];
}

function LayerNumbers({ record, named }: { record: ShownRecord; named: boolean }) {
  const statistics = statisticsOf(record.maps);
  const broken = statistics.reduce(
    (sum, channel) => sum + channel.nanCount + channel.infCount,
    0,
  );
  const zeros =
    statistics.reduce((sum, channel) => sum + channel.zeroShare, 0) / statistics.length;
  return (
    <section>
      <h3>Layer{named && " as logged"}</h3>
      <table>
        <tbody>
          {named && (
            <tr>
              <td>layer</td>
              <td>{record.header.layer.path}</td>
            </tr>
          )}
          <tr>
            <td>zeros</td>
            <td>{percent(zeros)}</td>
          </tr>
          <tr>
            <td title="channels that are zero at every position">
              silent {forThese(record.header.inputs.length)}
            </td>
            <td>
              {record.header.dead.length} of {record.maps.channels}
            </td>
          </tr>
          {broken > 0 && (
            <tr style={{ color: css(NON_FINITE_COLOURS[MARKS.nan]) }}>
              <td>NaN or infinite</td>
              <td>{broken} values</td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

const STRONGEST = 6;

/** The channels that stand out, or that none does. */
function Strongest({ record, removed }: { record: ShownRecord; removed: Removed | null }) {
  const shown = removed ? { ...record, maps: removed.maps } : record;
  const noun = channelNoun(shown.maps.form);
  const byBox = state.value.sort.by === "box" && state.value.box.drawn !== null;
  const scores = useKnown<Float64Array>(byBox ? boxScores(shown, state.value) : WAITING);
  const { name, channels, none } =
    byBox && scores ? strongestInBox(scores) : strongestOfAll(shown.maps, removed !== null);
  return (
    <section>
      <h3>{name}</h3>
      {none !== null ? (
        <p class="quiet">{none}</p>
      ) : (
        <table>
          <tbody>
            {channels.slice(0, STRONGEST).map(({ channel, value }) => (
              <tr key={channel}>
                <td>
                  <button
                    type="button"
                    class="link"
                    onClick={() => {
                      select("a", { channel });
                      change({ view: "channel" });
                    }}
                  >
                    {noun} {channel}
                  </button>
                </td>
                <td>{format(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <InputsButton record={record} channel={null} />
    </section>
  );
}

interface StrongestChannels {
  /** What makes them the strongest. */
  name: string;
  channels: readonly { channel: number; value: number }[];
  /** Why none is named, if so. */
  none: string | null;
}

function strongestOfAll(maps: Maps, removed: boolean): StrongestChannels {
  const peaks = peaksOf(maps, removed);
  const channels = strongestFirst(peaks, removed);
  const silent = channels.every(({ value }) => value === 0);
  return {
    name: removed
      ? "Most removed, by the value farthest from zero"
      : `Strongest ${channelNoun(maps.form)}s, by maximum`,
    channels,
    none: silent ? noneBecause(channels.length, peaks.length, removed) : null,
  };
}

/** Those that respond more strongly inside the box than outside it. */
function strongestInBox(scores: Float64Array): StrongestChannels {
  const channels = largestFirst(scores)
    .map((channel) => ({ channel, value: scores[channel]! }))
    .filter(({ value }) => value > 0);
  return {
    name: "Strongest in the box, mean inside less outside",
    channels,
    none: channels.length ? null : "None: no channel responds more strongly inside the box.",
  };
}

/** Why no channel is named, where all of those that are finite are zero at most. */
function noneBecause(finite: number, all: number, removed: boolean): string {
  if (!finite) return "None: nothing is finite.";
  const which = finite < all ? "each channel that has finite values" : "each channel";
  return removed ? "None: nothing was removed." : `None: the maximum of ${which} is 0.`;
}
