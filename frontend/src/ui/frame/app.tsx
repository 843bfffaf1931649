import type { ComponentType } from "preact";
import type { Listing } from "../../data/api";
import { listing } from "../../data/resources";
import type { View } from "../../state/state";
import { state } from "../../state/store";
import { ChannelView } from "../views/channel/channel";
import { CompareView } from "../views/compare/compare";
import { GridView } from "../views/grid/grid";
import { InputsView } from "../views/inputs/inputs";
import { MultiplesView } from "../views/multiples/multiples";
import { RunsView } from "../views/runs/runs";
import { TrainingView } from "../views/training/training";
import { Aside } from "./aside";
import { Bar } from "./bar";
import { Help } from "./help";
import { Layers } from "./layers";
import { Notices } from "./notices";
import { Provenance } from "./provenance";
import { Scrubber } from "./scrubber";

const SHOWN: Record<View, ComponentType> = {
  grid: GridView,
  channel: ChannelView,
  compare: CompareView,
  multiples: MultiplesView,
  inputs: InputsView,
  training: TrainingView,
  runs: RunsView,
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
      <Provenance />
      <Help />
    </div>
  );
}

const LINES = `import tb_actviz as av

callback = av.ActivationCallback("runs/first", pictures)
model.fit(x, y, callbacks=[callback])`;

/** What is shown where there is nothing to show: how to make some. */
function Empty({ listing }: { listing: Listing }) {
  const reasons = listing.runs.map((run) => run.unreadable).filter(Boolean);
  return (
    <section class="lone">
      <h1>No activations yet</h1>
      <p>These lines log what the layers of a network answer, while it trains:</p>
      <pre>
        <code>{LINES}</code>
      </pre>
      <p>
        Then point TensorBoard at that folder: <code>tensorboard --logdir runs</code>. New data
        appears here when TensorBoard reloads.
      </p>
      {reasons.map((reason) => (
        <p class="failed" key={reason}>
          {reason}
        </p>
      ))}
    </section>
  );
}
