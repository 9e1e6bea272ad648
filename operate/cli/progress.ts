const INTERVAL_MS = 2_000;

/** Prints how far a long command is, every 2 s, to standard error. */
export function progressOf(what: string): (done: number, all?: number) => void {
  let last = Date.now();
  return (done, all) => {
    if (Date.now() - last < INTERVAL_MS) return;
    last = Date.now();
    console.error(all === undefined ? `${done} ${what}` : `${done} of ${all} ${what}`);
  };
}
