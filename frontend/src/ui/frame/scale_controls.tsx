import { COLOURS, type Colours, SCALE_MODES, type ScaleMode } from "../../state/state";
import { change, state } from "../../state/store";
import { NumberField } from "../parts/number_field";
import { MEANINGS } from "../parts/words";
import { chooseScale } from "./appearance";

const MODES: { [mode in ScaleMode]: string } = {
  auto: "automatic",
  channel: "each channel",
  layer: "layer",
  steps: "all steps",
  runs: "all runs",
  robust: "without outliers",
  percentile: "percentile",
  fixed: "fixed",
};

const MAPS: { [name in Colours]: string } = {
  auto: "automatic",
  gray: "grey",
  signed: "signed",
  heat: "heat",
  ice: "ice",
};

/** How values become colours. */
export function ScaleControls() {
  const { scale, colours, smooth } = state.value;
  return (
    <div class="actions">
      <span class="scale">
        <label>
          <span class="word">Scale</span>
          <select
            aria-keyshortcuts="l"
            title={`${MEANINGS.scale}${scale.mode === "percentile" ? ` ${MEANINGS.percentile}` : ""} (l: the next)`}
            value={scale.mode}
            onChange={(event) => chooseScale({ mode: event.currentTarget.value as ScaleMode })}
          >
            {SCALE_MODES.map((mode) => (
              <option key={mode} value={mode}>
                {MODES[mode]}
              </option>
            ))}
          </select>
        </label>
        {scale.mode === "fixed" && (
          <span class="ends quiet">
            <NumberField name="Lowest" value={scale.low} set={(low) => chooseScale({ low })} />
            to
            <NumberField
              name="Highest"
              value={scale.high}
              set={(high) => chooseScale({ high })}
            />
          </span>
        )}
        {scale.mode === "percentile" && (
          <span class="ends quiet">
            <NumberField
              name="Percent cut off"
              value={scale.percentile}
              low={0}
              high={49}
              set={(percentile) => chooseScale({ percentile })}
            />
            % off each end
          </span>
        )}
      </span>
      <label title={`${MEANINGS["zero centred"]} (z)`}>
        <input
          type="checkbox"
          aria-label="Zero in the middle"
          aria-keyshortcuts="z"
          checked={scale.symmetric}
          onChange={(event) => chooseScale({ symmetric: event.currentTarget.checked })}
        />
        zero centred
      </label>
      <label title={`${MEANINGS.gamma} (g: another)`}>
        gamma
        <NumberField
          name="Gamma"
          value={scale.gamma}
          low={0.1}
          high={10}
          set={(gamma) => chooseScale({ gamma })}
        />
      </label>
      <label title="Logarithmic, over four powers of ten, in place of gamma (Shift + g)">
        <input
          type="checkbox"
          aria-label="Logarithmic"
          aria-keyshortcuts="Shift+G"
          checked={scale.log}
          onChange={(event) => chooseScale({ log: event.currentTarget.checked })}
        />
        log
      </label>
      <label>
        <span class="word">Colours</span>
        <select
          aria-keyshortcuts="k"
          title="The colour map; automatic takes two colours where values are below zero (k: the next)"
          value={colours}
          onChange={(event) => change({ colours: event.currentTarget.value as Colours })}
        >
          {COLOURS.map((name) => (
            <option key={name} value={name}>
              {MAPS[name]}
            </option>
          ))}
        </select>
      </label>
      <label title={`${MEANINGS.smooth} (s)`}>
        <input
          type="checkbox"
          aria-keyshortcuts="s"
          checked={smooth}
          onChange={(event) => change({ smooth: event.currentTarget.checked })}
        />
        smooth
      </label>
    </div>
  );
}
