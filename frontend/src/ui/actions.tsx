import { SCALE_MODES, COLOURS, type Colours, type ScaleChoice, type ScaleMode } from "../state/state";
import { change, state } from "../state/store";

const MODES: { [mode in ScaleMode]: string } = {
  channel: "each channel",
  layer: "layer",
  steps: "all steps",
  runs: "all runs",
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
export function Actions() {
  const { scale, colours, smooth } = state.value;
  const set = (part: Partial<ScaleChoice>) => change({ scale: { ...scale, ...part } });
  return (
    <div class="actions">
      <label>
        Scale
        <select
          value={scale.mode}
          onChange={(event) => set({ mode: event.currentTarget.value as ScaleMode })}
        >
          {SCALE_MODES.map((mode) => (
            <option key={mode} value={mode}>
              {MODES[mode]}
            </option>
          ))}
        </select>
      </label>
      {scale.mode === "fixed" && (
        <>
          <Field name="Lowest" value={scale.low} set={(low) => set({ low })} />
          <Field name="Highest" value={scale.high} set={(high) => set({ high })} />
        </>
      )}
      {scale.mode === "percentile" && (
        <Field
          name="Percent cut off"
          value={scale.percentile}
          low={0}
          high={49}
          set={(percentile) => set({ percentile })}
        />
      )}
      <label title="Zero in the middle">
        <input
          type="checkbox"
          aria-label="Zero in the middle"
          checked={scale.symmetric}
          onChange={(event) => set({ symmetric: event.currentTarget.checked })}
        />
        ±
      </label>
      <label title="Exponent: below 1 small values are lifted">
        γ
        <Field
          name="Gamma"
          value={scale.gamma}
          low={0.1}
          high={10}
          set={(gamma) => set({ gamma })}
        />
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

interface FieldProps {
  name: string;
  value: number;
  low?: number;
  high?: number;
  set: (value: number) => void;
}

/** A number; what is none, or out of its range, is put back. */
export function Field({ name, value, low = -Infinity, high = Infinity, set }: FieldProps) {
  return (
    <input
      class="number short"
      inputMode="decimal"
      aria-label={name}
      title={name}
      value={value}
      onChange={(event) => {
        const field = event.currentTarget;
        const wanted = field.value.trim() ? Number(field.value) : NaN;
        if (Number.isFinite(wanted) && wanted >= low && wanted <= high) set(wanted);
        else field.value = String(value);
      }}
    />
  );
}
