import { reload } from "../../data/resources";

/** Why there is nothing to see, and the way to try again. */
export function Failed({ reason }: { reason: string }) {
  return (
    <div class="view">
      <p class="failed" role="alert">
        {reason}
      </p>
      <p>
        <button type="button" onClick={() => void reload()}>
          Try again
        </button>
      </p>
    </div>
  );
}
