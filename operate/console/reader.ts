import { apiMessageOf } from "../cluster/objects";
import { UsageError } from "../errors";
import type { InstallationStatus } from "../status/model";
import { wait, within } from "../waiting";
import { type Failure, NOTHING, type Observation, observe, type Past } from "./past";

export const REFRESH_SECONDS = 2;
/** A node that dies can delay the answers of its brokers by several seconds. */
const TIMEOUT_SECONDS = 30;

/** Called with each observation. */
export type Listener = (observation: Observation) => void;

/** Reads the status for all tabs together, and only while at least one listens. */
export class Reader {
  private past = NOTHING;
  private readonly listeners = new Set<Listener>();
  private reading: AbortController | undefined;

  constructor(
    private readonly read: () => Promise<InstallationStatus>,
    private readonly seconds = { refresh: REFRESH_SECONDS, timeout: TIMEOUT_SECONDS },
  ) {}

  /** What is known by now. */
  get known(): Past {
    return this.past;
  }

  /** Nobody listens. */
  get isIdle(): boolean {
    return this.listeners.size === 0;
  }

  /** Calls the listener with every observation, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    if (!this.reading) {
      this.reading = new AbortController();
      void this.run(this.reading.signal);
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.reading?.abort();
      this.reading = undefined;
    };
  }

  /** Adds what another source knows. */
  tell(observation: Observation): void {
    this.past = observe(this.past, observation);
    for (const listener of this.listeners) listener(observation);
  }

  private async run(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const observation = await this.attempt(stopped);
      if (stopped.aborted) return;
      this.tell(observation);
      await wait(this.seconds.refresh, stopped).catch(() => undefined);
    }
  }

  private async attempt(stopped: AbortSignal): Promise<Observation> {
    try {
      const status = await within(this.seconds.timeout, this.read(), stopped);
      return { at: Date.now(), status };
    } catch (error) {
      return { at: Date.now(), failure: failureOf(error) };
    }
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) return { kind: "missing", message: error.message };
  return { kind: "unreachable", message: `The status cannot be read: ${apiMessageOf(error)}` };
}
