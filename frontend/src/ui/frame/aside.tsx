import { useLayoutEffect, useRef } from "preact/hooks";
import { peaksOf, statisticsOf, strongestFirst } from "../../data/channels";
import { chosenLayer, type Removed } from "../../data/pairs";
import { pictureOf, present, type ShownRecord, shownRecord } from "../../data/records";
import { css, MARK_COLOURS } from "../../drawing/colours";
import { format, percent } from "../../drawing/legend";
import { type Maps, valueAt } from "../../numbers/decode";
import type { Size } from "../../numbers/layout";
import { channelNoun, type MapForm, placeWords } from "../../numbers/map_form";
import { fieldAt, type Region } from "../../numbers/receptive_field";
import { MARKS } from "../../numbers/scale";
import { change, select, state } from "../../state/store";
import { type Pointed, viewState } from "../../state/view_state";
import { useLatest } from "../hooks/latest";
import { InputsButton } from "../parts/channel_tools";
import { drawPicture } from "../pictures/canvas";
import { Signal } from "../pictures/signal";
import "./aside.css";

/** What goes with every view: the input, what was predicted, what is under the cursor. */
export function Aside() {
  const record = useLatest(shownRecord(present(state.value.a))).value;
  const layer = useLatest(chosenLayer(state.value)).value;
  if (!record) return <aside class="aside" />;
  const { removed } = layer ?? { removed: null };
  // While one of the two is on its way, what is there may be of another layer.
  const isOfPair = removed && [removed.before.maps, removed.after.maps].includes(record.maps);
  const cut = isOfPair ? removed : null;
  return (
    <aside class="aside" aria-label="Input and details">
      <InputPicture record={record} />
      <Predictions record={record} />
      <UnderCursor record={record} removed={cut} />
      <Strongest record={record} removed={cut} />
      <LayerNumbers record={record} named={cut !== null} />
    </aside>
  );
}

function InputPicture({ record }: { record: ShownRecord }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useLatest(
    pictureOf(record.run, record.address.step, record.input.name),
  ).value;
  const region = picture && regionUnder(record, picture);
  useLayoutEffect(() => {
    if (canvas.current && picture) drawPicture(canvas.current, picture);
  });
  return (
    <section>
      <h3>Input</h3>
      {picture ? (
        <div class="framed">
          <canvas
            ref={canvas}
            class="picture"
            role="img"
            aria-label={`Input ${record.input.name}`}
            width={picture.width}
            height={picture.height}
          />
          {region && <RegionFrame region={region} picture={picture} />}
        </div>
      ) : (
        <Signal
          key={record.input.name}
          record={record}
          none="No picture of this input was logged."
        />
      )}
      <div class="quiet">{record.input.name}</div>
    </section>
  );
}

/** What the position under the cursor sees of the input, where that is known. */
function regionUnder(record: ShownRecord, picture: Maps): Region | null {
  const under = viewState.pointed.value;
  const field = record.header.layer.receptive_field;
  if (!under || !field) return null;
  return fieldAt(field, under.row, under.column, picture.height, picture.width);
}

function Predictions({ record }: { record: ShownRecord }) {
  const { predictions, predicted } = record.input;
  if (!predictions.length) return null;
  return (
    <section>
      <h3>Predictions</h3>
      <table>
        <tbody>
          {predictions.map(([number, score], i) => (
            <tr key={number}>
              <td>{predicted?.[i] ?? `class ${number}`}</td>
              <td>{score === null ? "not finite" : format(score)}</td>
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
  const values: [string, Maps][] = removed
    ? [
        ["before", removed.before.maps],
        ["after", removed.after.maps],
        ["removed", removed.maps],
      ]
    : [[state.value.view === "compare" ? "value in A" : "value", record.maps]];
  return (
    // Else what is below would move when a map is pointed at.
    <section class="under" style={{ "--rows": String(2 + values.length) }}>
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
      ) : (
        <p class="quiet">Point at a feature map.</p>
      )}
    </section>
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
            <td>dead channels</td>
            <td>
              {record.header.dead.length} of {record.maps.channels}
            </td>
          </tr>
          {broken > 0 && (
            <tr style={{ color: css(MARK_COLOURS[MARKS.nan]) }}>
              <td>NaN or infinite</td>
              <td>{broken} values</td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

/** Two thin lines around a region of the picture that they lie on, however large it is. */
function RegionFrame({ region, picture }: { region: Region; picture: Size }) {
  const share = (part: number, whole: number) => `${(100 * part) / whole}%`;
  return (
    <i
      class="region"
      style={{
        left: share(region.column, picture.width),
        top: share(region.row, picture.height),
        width: share(region.width, picture.width),
        height: share(region.height, picture.height),
      }}
    />
  );
}

const STRONGEST = 6;

/** The channels that stand out, or that none does. */
function Strongest({ record, removed }: { record: ShownRecord; removed: Removed | null }) {
  const peaks = peaksOf(removed?.maps ?? record.maps, removed !== null);
  const order = strongestFirst(peaks, removed !== null);
  const silent = order.every(({ value }) => value === 0);
  return (
    <section>
      <h3>
        {removed
          ? "Most removed, by the value farthest from zero"
          : "Strongest channels, by maximum"}
      </h3>
      {silent ? (
        <p class="quiet">{noneBecause(order.length, peaks.length, removed !== null)}</p>
      ) : (
        <table>
          <tbody>
            {order.slice(0, STRONGEST).map(({ channel, value }) => (
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
                    channel {channel}
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

/** Why no channel is named, where all of those that are finite are zero at most. */
function noneBecause(finite: number, all: number, removed: boolean): string {
  if (!finite) return "None: nothing is finite.";
  const which = finite < all ? "each channel that has finite values" : "each channel";
  return removed ? "None: nothing was removed." : `None: the maximum of ${which} is 0.`;
}
