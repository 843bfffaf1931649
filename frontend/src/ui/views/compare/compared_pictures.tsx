import type { ComponentChildren } from "preact";
import {
  type ChannelPair,
  type Difference,
  orderOfB,
  type SidesScaling,
  scalingOfDifference,
  scalingOfSides,
} from "../../../data/comparison";
import { knownPlaces } from "../../../data/places";
import { type Answer, andThen, ready } from "../../../data/queries";
import type { ShownRecord } from "../../../data/records";
import { misfitOf } from "../../../data/scale_fit";
import { coverageOf, type DrawnChannels, type Scaling } from "../../../data/scaling";
import { CHANGE } from "../../../numbers/differences";
import type { ScaleChoice } from "../../../state/state";
import { change, state } from "../../../state/store";
import { viewState } from "../../../state/view_state";
import { Answered } from "../../parts/answered";
import { Advice } from "../../parts/status";
import { Legend } from "../../pictures/legend";
import { haveBothSigns, type Paint, paintOf } from "../../pictures/paint";
import { paintAs } from "../../pictures/plot_paint";
import { ScaleSwitch } from "../../pictures/scale_switch";
import { BlinkTools } from "./compare_tools";
import { DistanceLines } from "./distances";
import { type Link, Pane, useLink } from "./pane";
import { Wipe } from "./wipe";

interface Props {
  a: ShownRecord;
  b: ShownRecord;
  difference: Difference;
  channels: ChannelPair;
  /** The channels of A, in order. */
  order: readonly number[];
  scores: Float64Array | null;
}

/** The pictures of both sides, or of their difference, and their scale. */
export function ComparedPictures({ a, b, difference, channels, order, scores }: Props) {
  const chosen = state.value;
  const { how } = chosen.compare;
  const apart = how === "difference" && difference.reason === null ? difference : null;
  const answer: Answer<Scalings> = apart
    ? andThen(scalingOfDifference(a, apart.maps, chosen.scale), (scaling) =>
        ready<Scalings>({ sides: null, a: scaling, b: scaling }),
      )
    : andThen(scalingOfSides(a, b, chosen.scale, chosen.compare.shares, channels), (sides) =>
        ready<Scalings>({ sides, a: sides.a, b: sides.b }),
      );
  return (
    <Answered of={answer} what="the scale">
      {(scalings) => (
        <ScaledPictures
          {...{ a, b, difference, channels, order, scores, apart }}
          scalings={scalings}
        />
      )}
    </Answered>
  );
}

interface ScaledProps extends Props {
  /** The difference, where it is what is shown. */
  apart: Extract<Difference, { reason: null }> | null;
  scalings: Scalings;
}

function ScaledPictures({ a, b, difference, channels, order, scores, ...props }: ScaledProps) {
  const { apart, scalings } = props;
  const chosen = state.value;
  const link = useLink();
  const { how } = chosen.compare;
  const bothSigns = haveBothSigns([scalings.a, scalings.b]);
  // Where the scale is that of both, one side is drawn anew when the other is another.
  const both = [a, b].map(({ address, number }) => ({ ...address, number }));
  const painted = ({ maps }: ShownRecord, scaling: Scaling) => {
    const colours = apart ? { ...chosen, colours: "signed" as const } : chosen;
    const paint = paintAs(maps, paintOf(scaling, colours, bothSigns));
    return { ...paint, key: `${paint.key} ${JSON.stringify([both, channels])}` };
  };
  const paints = { a: painted(a, scalings.a), b: painted(b, scalings.b) };
  const channelsA = channels ? [channels.a] : order;
  const channelsB = channels ? [channels.b] : orderOfB(a, b, order);
  const drawn = apart
    ? { a: { maps: apart.maps, channels: channelsA }, b: null }
    : {
        a: { maps: a.maps, channels: channelsA },
        b: { maps: b.maps, channels: channelsB },
      };
  const impossible = (how === "wipe" || how === "difference") && difference.reason !== null;
  return (
    <>
      {impossible ? (
        <Advice>
          {how === "wipe" ? "A wipe" : "A difference"} needs two layers of one shape. Choose
          side by side, or blink.
        </Advice>
      ) : (
        <Arranged
          {...{ a, b, channels, channelsA, channelsB, link, paints, scores }}
          apart={apart}
        />
      )}
      <DistanceLines a={a} b={b} difference={difference} channels={channels} />
      {!impossible && (
        <Scales {...{ a, b, channels, scalings, paints, drawn }} each={apart !== null} />
      )}
    </>
  );
}

/** How A and B are scaled; `sides` is null where it is their difference that is drawn. */
interface Scalings {
  sides: SidesScaling | null;
  a: Scaling;
  b: Scaling;
}

interface ScalesProps {
  a: ShownRecord;
  b: ShownRecord;
  channels: ChannelPair;
  scalings: Scalings;
  paints: { a: Paint; b: Paint };
  drawn: { a: DrawnChannels; b: DrawnChannels | null };
  /** Whether all channels of a difference are shown, each with how long it is. */
  each: boolean;
}

/** Whose scale the sides have, and what it is. */
function Scales({ a, b, channels, scalings, paints, drawn, each }: ScalesProps) {
  const { scale, compare } = state.value;
  const { sides } = scalings;
  const { shares = "common", automatic = "common", least = null } = sides ?? {};
  const inSight = drawn.b ? [drawn.a, drawn.b] : [drawn.a];
  const common = coverageOf(inSight, scalings.a);
  const words =
    each && !channels ? `${scalings.a.words}; at each channel its L2` : scalings.a.words;
  const scalingFor = (choice: ScaleChoice) =>
    andThen(scalingOfSides(a, b, choice, compare.shares, channels), (other) => ready(other.a));
  const misfit =
    shares === "common" && least
      ? { ...least, fitting: { compare: { ...compare, shares: "auto" as const } } }
      : sides && misfitOf(scalings.a, common, scale, scalingFor);
  return (
    <div class="legends">
      {sides && (
        <ScaleSwitch
          label="Whose scale"
          words={{ common: "common scale", each: "each side its own" }}
          now={shares}
          fixed={scale.mode === "fixed" ? "The ends are fixed for both" : null}
          least={least}
          choose={(share) =>
            change({ compare: { ...compare, shares: share === automatic ? "auto" : share } })
          }
        />
      )}
      {shares === "common" ? (
        <Legend
          scaling={{ ...scalings.a, words }}
          paint={paints.a}
          coverage={common}
          misfit={misfit}
        />
      ) : (
        <>
          <Legend
            scaling={scalings.a}
            paint={paints.a}
            coverage={coverageOf([drawn.a], scalings.a)}
          />
          <Legend
            scaling={scalings.b}
            paint={paints.b}
            coverage={coverageOf(drawn.b ? [drawn.b] : [], scalings.b)}
            leads={false}
          />
        </>
      )}
    </div>
  );
}

interface ArrangedProps extends Pick<Props, "a" | "b" | "channels" | "scores"> {
  channelsA: readonly number[];
  channelsB: readonly number[];
  link: Link;
  paints: { a: Paint; b: Paint };
  /** The difference, where it is what is shown. */
  apart: Extract<Difference, { reason: null }> | null;
}

/** Both sides in the way that was chosen. */
function Arranged({ a, b, channels, link, paints, apart, scores, ...props }: ArrangedProps) {
  const { how, wipe } = state.value.compare;
  const placesA = knownPlaces(a);
  const paneA = (
    <Pane
      link={link}
      paint={paints.a}
      name="A"
      layer={a.header.layer}
      maps={a.maps}
      places={placesA}
      order={props.channelsA}
      scores={scores}
    />
  );
  const paneB = (
    <Pane
      link={link}
      paint={paints.b}
      name="B"
      layer={b.header.layer}
      maps={b.maps}
      places={knownPlaces(b)}
      order={props.channelsB}
      scores={null}
    />
  );
  const pair = (first: ComponentChildren, second: ComponentChildren = null) => (
    <div class="pair">
      {first}
      {second}
    </div>
  );
  if (how === "side") return pair(paneA, paneB);
  if (how === "blink") {
    const showsB = viewState.showsB.value;
    return (
      <div class="single">
        <div class="shown">
          <output class={`side ${showsB ? "b" : ""}`} aria-label="Side shown">
            {showsB ? "B" : "A"}
          </output>
          <BlinkTools />
        </div>
        <div class="stage">{showsB ? paneB : paneA}</div>
      </div>
    );
  }
  if (how === "wipe") {
    return pair(
      <Wipe
        maps={channels ? a.maps : null}
        share={wipe}
        set={(share) => change({ compare: { ...state.peek().compare, wipe: share } })}
        a={paneA}
        b={paneB}
      />,
    );
  }
  if (!apart) return null;
  return pair(
    <Pane
      link={link}
      paint={paints.a}
      name={CHANGE}
      layer={a.header.layer}
      maps={apart.maps}
      places={placesA}
      order={props.channelsA}
      scores={apart.scores}
    />,
  );
}
