let uninterruptible = 0;

/** Ctrl-C ends the command at once, except while Pulumi works: it gets the same signal and first writes down what it has done. */
export function handleInterrupts(): void {
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (uninterruptible === 0 || interrupted) process.exit(130);
      interrupted = true;
      console.error("\nStopping: waiting for Pulumi to write down what exists (Ctrl-C again ends at once).");
    });
  }
}

export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  uninterruptible++;
  try {
    return await work();
  } finally {
    uninterruptible--;
  }
}
