import { useLayoutEffect, useRef } from "preact/hooks";
import { type Shown, pictureOf, shown, present } from "../data/shown";
import { statisticsOf } from "../data/ordering";
import { css, MARK_COLOURS } from "../drawing/colours";
import { format, percent } from "../drawing/legend";
import type { Maps } from "../numbers/decode";
import { MARKS } from "../numbers/scale";
import { type Region, fieldAt } from "../numbers/receptive";
import { change, select, state } from "../state/store";
import { valueAt } from "./channels";
import { showsRemoved } from "./contents";
import { drawPicture } from "./picture";
import { pointed } from "./pointer";
import { useSteady } from "./steady";

const STRONGEST = 6;

/** What goes with every view: the input, what was predicted, what is under the cursor. */
export function Aside() {
  const steady = useSteady(shown(present(state.value.a)));
  const one = steady.value;
  if (!one) return <aside class="aside" />;
  return (
    <aside class="aside" aria-label="Input and details">
      <Input one={one} />
      <Predictions one={one} />
      <Under one={one} />
      <Strongest one={one} />
    </aside>
  );
}

function Input({ one }: { one: Shown }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useSteady(pictureOf(one.run, one.place.step, one.input.name)).value;
  const region = picture && regionUnder(one, picture);
  useLayoutEffect(() => {
    if (canvas.current && picture) drawPicture(canvas.current, picture, region);
  });
  return (
    <section>
      <h3>Input</h3>
      {picture ? (
        <canvas
          ref={canvas}
          class="picture"
          role="img"
          aria-label={`Input ${one.input.name}`}
          width={picture.width}
          height={picture.height}
        />
      ) : (
        <p class="quiet">No picture of this input was logged.</p>
      )}
      <div class="quiet">{one.input.name}</div>
    </section>
  );
}

/** What the position under the cursor sees of the input, where that is known. */
function regionUnder(one: Shown, picture: Maps): Region | null {
  const under = pointed.value;
  const field = one.header.layer.receptive_field;
  if (!under || !field) return null;
  return fieldAt(field, under.row, under.column, picture.height, picture.width);
}

function Predictions({ one }: { one: Shown }) {
  const { predictions, predicted } = one.input;
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
    </section>
  );
}

function Under({ one }: { one: Shown }) {
  const under = pointed.value;
  return (
    <section>
      <h3>Under the cursor</h3>
      {under && under.channel < one.maps.channels ? (
        <table>
          <tbody>
            <tr>
              <td>channel</td>
              <td>{under.channel}</td>
            </tr>
            <tr>
              <td>row, column</td>
              <td>
                {under.row}, {under.column}
              </td>
            </tr>
            <tr>
              <td>{nameOfValue()}</td>
              <td>{format(valueAt(one.maps, under))}</td>
            </tr>
          </tbody>
        </table>
      ) : (
        <p class="quiet">Point at a feature map.</p>
      )}
    </section>
  );
}

/** Whose value it is, where the view shows others too. */
function nameOfValue(): string {
  if (state.value.view === "compare") return "value in A";
  return showsRemoved() ? "value logged" : "value";
}

function Strongest({ one }: { one: Shown }) {
  const statistics = statisticsOf(one.maps);
  const order = statistics
    .map((found, channel) => ({ channel, ...found }))
    .sort((first, second) => (second.maximum ?? -Infinity) - (first.maximum ?? -Infinity))
    .slice(0, STRONGEST);
  const broken = statistics.reduce((sum, found) => sum + found.nanCount + found.infCount, 0);
  const zeros =
    statistics.reduce((sum, found) => sum + found.zeroShare, 0) / statistics.length;
  return (
    <>
      <section>
        <h3>Strongest channels</h3>
        <table>
          <tbody>
            {order.map(({ channel, maximum }) => (
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
                <td>{maximum === null ? "nothing finite" : format(maximum)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section>
        <h3>Layer</h3>
        <table>
          <tbody>
            <tr>
              <td>zeros</td>
              <td>{percent(zeros)}</td>
            </tr>
            <tr>
              <td>dead channels</td>
              <td>
                {one.header.dead.length} of {one.maps.channels}
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
    </>
  );
}
