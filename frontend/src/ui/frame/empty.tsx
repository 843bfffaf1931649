import type { Listing } from "../../data/api";

const LINES = `import tb_actviz as av

callback = av.ActivationCallback("runs/first", pictures)
model.fit(x, y, callbacks=[callback])`;

/** What is shown where there is nothing to show: how to make some. */
export function Empty({ listing }: { listing: Listing }) {
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
