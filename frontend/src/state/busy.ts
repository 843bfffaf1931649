/** Whether anything is on its way: answers, and choices not yet in the address. */

const KINDS = ["answer", "choice"] as const;
type Kind = (typeof KINDS)[number];

interface Listener {
  of: readonly Kind[];
  call: (busy: boolean) => void;
  told: boolean;
}

const counts: { [kind in Kind]: number } = { answer: 0, choice: 0 };
const listeners: Listener[] = [];

const isBusy = (of: readonly Kind[]) => of.some((kind) => counts[kind] > 0);

function add(kind: Kind, more: number): void {
  counts[kind] += more;
  for (const listener of listeners) {
    const busy = isBusy(listener.of);
    if (busy === listener.told) continue;
    listener.told = busy;
    listener.call(busy);
  }
}

/** Calls back with whether anything is on its way, now and whenever that changes. */
export function onBusy(call: (busy: boolean) => void, of: readonly Kind[] = KINDS): void {
  const listener = { of, call, told: isBusy(of) };
  listeners.push(listener);
  call(listener.told);
}

/** Something begins to be on its way, until what is returned is called, once or more. */
export function begin(kind: Kind = "answer"): () => void {
  let over = false;
  add(kind, 1);
  return () => {
    if (over) return;
    over = true;
    add(kind, -1);
  };
}

/** An answer is on its way until it is there, or fails. */
export async function during<T>(task: () => Promise<T>): Promise<T> {
  const end = begin();
  try {
    return await task();
  } finally {
    end();
  }
}
