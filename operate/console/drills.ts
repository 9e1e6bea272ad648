import { type DrillReport, compact } from "../drill/report/compact";
import type { DrillResult } from "../drill/plan";
import type { Snapshot, View } from "../drill/view";
import { messageOf, UserError } from "../errors";
import type { Feed } from "./routes";

/** A scene that the console can run. */
export interface SceneOffer {
  readonly name: string;
  readonly summary: string;
  /** Seconds from the fault until it is undone. */
  readonly holdSeconds: number;
  readonly limits: readonly string[];
  /** Why this installation or this cluster cannot run it. */
  readonly refusal?: string;
}

/** Published and executed tasks per second at a time in milliseconds since 1970. */
export type RatePoint = readonly [at: number, published: number, executed: number];

/** A drill that this console runs. */
export interface RunningDrill {
  readonly scene: string;
  readonly run: string;
  readonly stopping: boolean;
  /** Undefined until the first phase. */
  readonly snapshot?: Omit<Snapshot, "history">;
  readonly points: readonly RatePoint[];
}

/** A drill that this console has run. */
export interface EndedDrill {
  readonly scene: string;
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly outcome: { readonly report: DrillReport } | { readonly error: string };
}

/** Reports are large, and nobody looks at more of them. */
const MOST_ENDED = 10;

/** Runs one drill at a time, and shows it to all tabs. */
export class DrillRunner {
  readonly running = new LastValue<RunningDrill | null>(null);
  /** The newest first. */
  readonly ended = new LastValue<readonly EndedDrill[]>([]);
  private stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  /** Begins a drill. `run` must undo its changes when the signal aborts. */
  start(
    { scene, run: name }: Pick<RunningDrill, "scene" | "run">,
    run: (view: View, signal: AbortSignal) => Promise<DrillResult>,
  ): void {
    const { known } = this.running;
    if (known) throw new UserError(`${known.scene} is running. Wait until it has ended, or stop it.`);
    this.stopping = new AbortController();
    this.running.set({ scene, run: name, stopping: false, points: [] });
    this.done = this.finish({ scene, run: name }, run(this.view(), this.stopping.signal));
  }

  /** Stops the drill, if one runs. Resolves when its changes are undone. */
  async stop(): Promise<void> {
    const { known } = this.running;
    if (known) this.running.set({ ...known, stopping: true });
    this.stopping.abort();
    await this.done;
  }

  private async finish(
    drill: Pick<RunningDrill, "scene" | "run">,
    running: Promise<DrillResult>,
  ): Promise<void> {
    const outcome = await running.then(
      ({ verdict, events, timeline }) => ({ report: compact(verdict, events, timeline) }),
      (error: unknown) => ({ error: messageOf(error) }),
    );
    this.ended.set([{ ...drill, at: Date.now(), outcome }, ...this.ended.known].slice(0, MOST_ENDED));
    this.running.set(null);
  }

  private view(): View {
    let seconds = 0;
    return {
      update: ({ history, ...snapshot }) => {
        const { known } = this.running;
        if (!known) return;
        const { publishedPerSecond, executedPerSecond } = history;
        const isNew = publishedPerSecond.length > seconds;
        seconds = publishedPerSecond.length;
        const point: RatePoint = [
          Math.round(snapshot.at * 1000),
          rounded(publishedPerSecond.at(-1)),
          rounded(executedPerSecond.at(-1)),
        ];
        this.running.set({ ...known, snapshot, points: isNew ? [...known.points, point] : known.points });
      },
      end: () => undefined,
    };
  }
}

const rounded = (value = 0): number => Math.round(value * 10) / 10;

/** A value that tabs follow. */
export class LastValue<T> implements Feed<T> {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private value: T) {}

  get known(): T {
    return this.value;
  }

  set(value: T): void {
    this.value = value;
    for (const listener of this.listeners) listener(value);
  }

  listen(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
