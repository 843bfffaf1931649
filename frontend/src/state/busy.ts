/** Whether anything is on its way: answers, and choices not yet in the address. */

let count = 0;
const calls: ((busy: boolean) => void)[] = [];

function add(more: number): void {
  const before = count > 0;
  count += more;
  if (count > 0 !== before) calls.forEach((call) => call(count > 0));
}

/** Calls back with whether anything is on its way, now and whenever that changes. */
export function onBusy(call: (busy: boolean) => void): void {
  calls.push(call);
  call(count > 0);
}

/** Something begins to be on its way, until what is returned is called, once or more. */
export function begin(): () => void {
  let over = false;
  add(1);
  return () => {
    if (over) return;
    over = true;
    add(-1);
  };
}

/** Something is on its way until it is there, or fails. */
export async function during<T>(task: () => Promise<T>): Promise<T> {
  const end = begin();
  try {
    return await task();
  } finally {
    end();
  }
}
