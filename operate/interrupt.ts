/** Calls `stop` on the first SIGINT or SIGTERM. The second one exits immediately. */
export function onInterrupt(stop: () => void): void {
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (interrupted) process.exit(130);
      interrupted = true;
      stop();
    });
}

/** Resolves at the first SIGINT or SIGTERM. */
export function untilInterrupted(message: string): Promise<void> {
  const signal = abortOnInterrupt(message);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Returns a signal that the first SIGINT or SIGTERM aborts, after printing what happens next. */
export function abortOnInterrupt(message: string): AbortSignal {
  const interrupted = new AbortController();
  onInterrupt(() => {
    console.error(`\n${message} (press Ctrl-C again to exit immediately).`);
    interrupted.abort();
  });
  return interrupted.signal;
}
