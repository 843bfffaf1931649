import { outward } from "../../numbers/limits";
import {
  COLOURS,
  type Colours,
  SCALE_MODES,
  type ScaleChoice,
  type ScaleMode,
} from "../../state/state";
import { change, state } from "../../state/store";
import { viewState } from "../../state/view_state";
import { NumberField } from "../parts/number_field";

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

/** Digits of the ends that a fixed scale starts with. */
const DIGITS = 4;

/** How values become colours. */
export function ScaleControls() {
  const { scale, colours, smooth } = state.value;
  const set = (part: Partial<ScaleChoice>) => change({ scale: { ...scale, ...part } });
  const choose = (mode: ScaleMode) => {
    const limits = viewState.limitsInUse.peek();
    set(mode === "fixed" && limits ? { mode, ...outward(limits, DIGITS) } : { mode });
  };
  return (
    <div class="actions">
      <span class="scale">
        <label>
          Scale
          <select
            value={scale.mode}
            onChange={(event) => choose(event.currentTarget.value as ScaleMode)}
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
            <NumberField name="Lowest" value={scale.low} set={(low) => set({ low })} />
            to
            <NumberField name="Highest" value={scale.high} set={(high) => set({ high })} />
          </span>
        )}
        {scale.mode === "percentile" && (
          <span class="ends quiet">
            <NumberField
              name="Percent cut off"
              value={scale.percentile}
              low={0}
              high={49}
              set={(percentile) => set({ percentile })}
            />
            % off each end
          </span>
        )}
      </span>
      <label title="Colours reach as far below zero as above it">
        <input
          type="checkbox"
          aria-label="Zero in the middle"
          checked={scale.symmetric}
          onChange={(event) => set({ symmetric: event.currentTarget.checked })}
        />
        zero centred
      </label>
      <label title="Exponent: below 1 small values are lifted">
        gamma
        <NumberField
          name="Gamma"
          value={scale.gamma}
          low={0.1}
          high={10}
          set={(gamma) => set({ gamma })}
        />
      </label>
      <label title="Logarithmic, over four powers of ten, in place of gamma">
        <input
          type="checkbox"
          aria-label="Logarithmic"
          checked={scale.log}
          onChange={(event) => set({ log: event.currentTarget.checked })}
        />
        log
      </label>
      <label>
        Colours
        <select
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
      <label title="Smooth, or nearest neighbour (s)">
        <input
          type="checkbox"
          checked={smooth}
          onChange={(event) => change({ smooth: event.currentTarget.checked })}
        />
        smooth
      </label>
    </div>
  );
}
