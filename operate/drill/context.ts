import type { Broker, Brokers } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import type { Nodes } from "../cluster/nodes";
import { until, wait } from "../waiting";
import type { DeadMansSwitch } from "./guard/guard";
import type { DrillLoad } from "./load/drillLoad";
import type { Observer } from "./plan";
import type { Drill, RandomOptions } from "./scenes/scene";
import { UndoStack } from "./undoStack";
import type { TimelineEvent } from "./verdict/events";

interface DrillParts {
  readonly random?: RandomOptions;
  readonly image?: string;
  readonly cluster: Cluster;
  readonly brokers: Brokers;
  readonly nodes: Nodes;
  readonly load: DrillLoad;
  readonly guard: DeadMansSwitch;
  readonly holdSeconds: number;
  readonly deadlineSeconds: number;
  readonly victim: Broker;
  readonly signal: AbortSignal;
}

/** What a scene works with, and what it has recorded so far. */
export class DrillContext implements Drill {
  readonly cluster: Cluster;
  readonly brokers: Brokers;
  readonly nodes: Nodes;
  readonly load: DrillLoad;
  readonly guard: DeadMansSwitch;
  readonly holdSeconds: number;
  readonly deadlineSeconds: number;
  readonly victim: Broker;
  readonly signal: AbortSignal;
  readonly random?: RandomOptions;
  readonly image?: string;
  readonly events: TimelineEvent[] = [];
  readonly notes: Record<string, string | number> = {};
  readonly undoStack = new UndoStack((text) => this.event(text));

  constructor(
    parts: DrillParts,
    private readonly observer: Pick<Observer, "event">,
  ) {
    ({
      cluster: this.cluster,
      brokers: this.brokers,
      nodes: this.nodes,
      load: this.load,
      guard: this.guard,
      holdSeconds: this.holdSeconds,
      deadlineSeconds: this.deadlineSeconds,
      victim: this.victim,
      signal: this.signal,
      random: this.random,
      image: this.image,
    } = parts);
  }

  event(text: string): void {
    const event = { at: Date.now() / 1000, text };
    this.events.push(event);
    this.observer.event(event);
  }

  undo(description: string, action: () => Promise<void>): void {
    this.undoStack.push(description, action);
  }

  async temporarily(seconds: number, inject: () => Promise<void>): Promise<void> {
    const before = this.undoStack.size;
    await inject();
    await this.wait(seconds);
    await this.undoAll(before);
  }

  /** Undoes all changes but the first `kept`. */
  async undoAll(kept = 0): Promise<void> {
    const failures = await this.undoStack.undoAll(kept);
    if (failures.length > 0) throw new Error(`could not be undone: ${failures.join("; ")}`);
  }

  wait(seconds: number): Promise<void> {
    return wait(seconds, this.signal);
  }

  until(what: string, timeoutSeconds: number, done: () => Promise<boolean>): Promise<void> {
    return until(what, timeoutSeconds, this.signal, done);
  }

  note(name: string, value: string | number): void {
    this.notes[name] = value;
  }
}
