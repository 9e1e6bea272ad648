const closed = new AbortController();

/** Aborts when the reader of the output is gone, as with `| head`. */
export const outputClosed: AbortSignal = closed.signal;

/**
 * Lets the command continue without its reader. By default, a write to a closed pipe ends the process, and a drill could
 * no longer undo its fault. Commands that only print until they are interrupted use `outputClosed`.
 */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (stream === process.stdout) closed.abort();
    });
}
