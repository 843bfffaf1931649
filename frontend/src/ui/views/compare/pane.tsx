import { useRef } from "preact/hooks";
import type { Header } from "../../../data/api";
import type { Exact } from "../../../data/proposal";
import type { Shown } from "../../../data/shown";
import { exactly } from "../../../data/sides";
import type { Maps } from "../../../numbers/decode";
import { pinnedIn } from "../../../state/pins";
import { change, select, state } from "../../../state/store";
import { useSize } from "../../hooks/size";
import { Channels } from "../../pictures/channels";
import type { Paint } from "../../pictures/paint";
import { type Link, Linked } from "./linked";
import { wholeZoom } from "./whole";

interface PaneProps {
  link: Link;
  paint: Paint;
  name: string;
  /** The layer, whose pins are marked. */
  layer: Header["layer"];
  maps: Maps;
  order: readonly number[];
  scores: Float64Array | null;
}

/** All channels of a side, or one as large as there is room. */
export function Pane({ link, paint, name, layer, maps, order, scores }: PaneProps) {
  const { a, zoom, pins, compare } = state.value;
  const box = useRef<HTMLDivElement>(null);
  const room = useSize(box);
  const one = compare.one && a.channel !== null;
  return (
    <div class="pane" ref={box}>
      <Linked link={link}>
        <Channels
          maps={maps}
          order={order}
          scores={scores}
          paint={paint}
          zoom={zoom ?? (one && room.width ? wholeZoom(maps, room) : null)}
          chosen={one ? null : a.channel}
          pins={pinnedIn(pins, layer)}
          leads={name !== "B"}
          label={`Feature maps of ${name}`}
          pick={(channel) => {
            if (one) return;
            select("a", { channel });
            change({ compare: { ...state.peek().compare, one: true } });
          }}
        />
      </Linked>
    </div>
  );
}

interface HeadingProps {
  name: "A" | "B";
  one: Shown;
  other: Shown;
  channels: { a: number; b: number } | null;
}

/** What is drawn; what the other side has otherwise stands out. */
export function Heading({ name, one, other, channels }: HeadingProps) {
  const exact = ({ input, ...record }: Shown, channel: number | null) =>
    exactly({ record, input: input.name, channel });
  const own = channels && (name === "A" ? channels.a : channels.b);
  const others = channels && (name === "A" ? channels.b : channels.a);
  const [here, there] = [exact(one, own), exact(other, others)];
  const differs = (part: keyof Exact) => here[part] !== there[part];
  const words = (part: keyof Exact) =>
    part === "layer" ? here[part] : `${part} ${here[part]}`;
  const parts = (["run", "step", "input", "channel", "layer"] as const)
    .filter((part) => here[part] !== null)
    .sort((part, next) => Number(differs(next)) - Number(differs(part)));
  return (
    <h3 data-name={name} title={parts.map(words).join(", ")}>
      <b class="badge">{name}</b>
      {parts.map((part) => (
        <span key={part} class={differs(part) ? "differs" : "quiet"}>
          {words(part)}
        </span>
      ))}
    </h3>
  );
}
