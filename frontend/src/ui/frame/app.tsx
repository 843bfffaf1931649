import type { ComponentType } from "preact";
import type { Listing } from "../../data/api";
import { listing } from "../../data/resources";
import type { View } from "../../state/state";
import { state } from "../../state/store";
import { Answered } from "../parts/answered";
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
import { Panel } from "./panel";
import { Progress } from "./progress";
import { Provenance } from "./provenance";
import { Said } from "./said";
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
  return (
    <Answered of={listing.value} what="the list of runs" room="page">
      {(runs) =>
        runs.runs.some((run) => run.tags.length) ? <Page /> : <Empty listing={runs} />
      }
    </Answered>
  );
}

function Page() {
  const Shown = SHOWN[state.value.view];
  return (
    <div class="app">
      <Bar />
      <Progress />
      <Notices />
      <div class="body">
        <Panel name="layers">
          <Layers />
        </Panel>
        <main aria-label={`View: ${state.value.view}`}>
          <Shown />
        </main>
        <Panel name="aside">
          <Aside />
        </Panel>
      </div>
      <Scrubber />
      <Provenance />
      <Help />
      <Said />
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
    <main class="lone">
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
    </main>
  );
}
