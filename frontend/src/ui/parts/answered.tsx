import type { ComponentChildren } from "preact";
import type { Answer } from "../../data/queries";
import { useLatest } from "../hooks/latest";
import { Failed } from "./status";
import "./answered.css";

/**
 * How much room there is for what is not there: the whole page, a view, a part of one, a
 * cell, or a place beside the view, where the reason of a failure stands already.
 */
type Room = "page" | "view" | "part" | "cell" | "beside";

interface Props<T> {
  of: Answer<T>;
  /** What is waited for, as it is put behind “Loading”. */
  what: string;
  room?: Room;
  children: (value: T) => ComponentChildren;
}

/**
 * Draws what an answer holds.
 *
 * While that is on its way it says so, and what is drawn meanwhile is marked as old; where
 * there is none it says why. Everything that shows an answer goes through here, so that
 * nothing is taken for absent that is only late.
 */
export function Answered<T>({ of, what, room = "view", children }: Props<T>) {
  const latest = useLatest(of);
  if (latest.state === "waiting") return <Waiting what={what} room={room} />;
  if (latest.state === "failed") return <Unanswered reason={latest.reason} room={room} />;
  return (
    <>
      {latest.isOld && (
        <span
          class="outdated"
          data-room={room}
        >{`Loading ${what} … What is shown was chosen before.`}</span>
      )}
      {children(latest.value)}
    </>
  );
}

function LonePage({ kind, words }: { kind: "waiting" | "failed"; words: string }) {
  return (
    <main>
      <h1 class="unseen">Activations</h1>
      <p class={`lone ${kind}`}>{words}</p>
    </main>
  );
}

function Waiting({ what, room }: { what: string; room: Room }) {
  const words = `Loading ${what} …`;
  if (room === "page") return <LonePage kind="waiting" words={words} />;
  if (room === "view") {
    return (
      <div class="view">
        <p class="waiting">{words}</p>
      </div>
    );
  }
  return room === "cell" ? (
    <span class="waiting" title={words}>
      …
    </span>
  ) : (
    <span class="waiting">{words}</span>
  );
}

function Unanswered({ reason, room }: { reason: string; room: Room }) {
  if (room === "page") return <LonePage kind="failed" words={reason} />;
  if (room === "view") return <Failed reason={reason} />;
  if (room === "cell") return <span class="reason">{reason}</span>;
  return (
    <span class="failed" title={reason}>
      {room === "part" ? reason : "Could not be loaded."}
    </span>
  );
}
