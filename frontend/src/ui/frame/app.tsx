import type { ComponentType } from "preact";
import { listing } from "../../data/resources";
import type { View } from "../../state/state";
import { state } from "../../state/store";
import { ChannelView } from "../views/channel/channel";
import { CompareView } from "../views/compare/compare";
import { GridView } from "../views/grid/grid";
import { InputsView } from "../views/inputs/inputs";
import { MultiplesView } from "../views/multiples/multiples";
import { TrainingView } from "../views/training/training";
import { Aside } from "./aside";
import { Bar } from "./bar";
import { Empty } from "./empty";
import { Help } from "./help";
import { Layers } from "./layers";
import { Notices } from "./notices";
import { Honesty } from "./provenance";
import { Scrubber } from "./scrubber";

const SHOWN: Record<View, ComponentType> = {
  grid: GridView,
  channel: ChannelView,
  compare: CompareView,
  multiples: MultiplesView,
  inputs: InputsView,
  training: TrainingView,
};

/** The whole tab. */
export function App() {
  const answer = listing.value;
  if (answer.state === "failed") return <p class="lone failed">{answer.reason}</p>;
  if (answer.state === "waiting") return <p class="lone">Looking for runs …</p>;
  if (!answer.value.runs.some((run) => run.tags.length))
    return <Empty listing={answer.value} />;
  const Shown = SHOWN[state.value.view];
  return (
    <div class="app">
      <Bar />
      <Notices />
      <div class="body">
        <Layers />
        <main aria-label={`View: ${state.value.view}`}>
          <Shown />
        </main>
        <Aside />
      </div>
      <Scrubber />
      <Honesty />
      <Help />
    </div>
  );
}
