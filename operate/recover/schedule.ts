import { type Step, StepKind } from "./plan";

/** A step takes a while to have an effect, so it is not repeated earlier. */
const REPEAT_SECONDS = 30;
/**
 * RabbitMQ itself adds copies to queues 10 s after a node has joined. Growing them earlier would interfere with that.
 */
const GROW_AFTER_SECONDS = 45;

export const keyOf = ({ kind, target }: Step): string => `${kind} ${target}`;

export const secondsSince = (time: number): number => (Date.now() - time) / 1000;

/** Decides when a step is due, and records the steps that have been executed. */
export class Schedule {
  private readonly firstPlannedAt = new Map<string, number>();
  private readonly executedAt = new Map<string, number>();
  private readonly executed = new Map<string, Step>();

  /** Executed steps in order, each once. */
  get done(): Step[] {
    return [...this.executed.values()];
  }

  isDue(step: Step): boolean {
    const key = keyOf(step);
    const firstPlanned = this.firstPlannedAt.get(key) ?? Date.now();
    this.firstPlannedAt.set(key, firstPlanned);
    if (step.kind === StepKind.Grow && secondsSince(firstPlanned) < GROW_AFTER_SECONDS) return false;
    const last = this.executedAt.get(key);
    return last === undefined || secondsSince(last) > REPEAT_SECONDS;
  }

  record(step: Step): void {
    this.executedAt.set(keyOf(step), Date.now());
    if (!this.executed.has(keyOf(step))) this.executed.set(keyOf(step), step);
  }
}
