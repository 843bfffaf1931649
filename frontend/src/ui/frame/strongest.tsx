import type { Removed } from "../../data/pairs";
import type { Shown } from "../../data/shown";
import { peaksOf, strongestFirst } from "../../data/strongest";
import { format } from "../../drawing/legend";
import { change, select } from "../../state/store";
import { InputsButton } from "../parts/inputs_button";

const STRONGEST = 6;

/** The channels that stand out, or that none does. */
export function Strongest({ one, removed }: { one: Shown; removed: Removed | null }) {
  const peaks = peaksOf(removed?.maps ?? one.maps, removed !== null);
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
      <InputsButton record={one} channel={null} />
    </section>
  );
}

/** Why no channel is named, where all of those that are finite are zero at most. */
function noneBecause(finite: number, all: number, removed: boolean): string {
  if (!finite) return "None: nothing is finite.";
  const which = finite < all ? "each channel that has finite values" : "each channel";
  return removed ? "None: nothing was removed." : `None: the maximum of ${which} is 0.`;
}
