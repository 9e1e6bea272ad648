/** A task that the broker has confirmed. All times are in Unix seconds. */
export interface ConfirmedTask {
  readonly id: string;
  readonly at: number;
}

/** The begin of a task function. */
export interface StartedTask {
  readonly id: string;
  readonly attempt: number;
  readonly worker: string;
  readonly at: number;
}

/** The end of a task function. */
export interface FinishedTask {
  readonly id: string;
  readonly attempt: number;
  readonly worker: string;
  readonly started: number;
  readonly finished: number;
}

/** All events that the ledger recorded for a run. */
export interface Events {
  readonly confirmed: readonly ConfirmedTask[];
  readonly started: readonly StartedTask[];
  readonly finished: readonly FinishedTask[];
}

/** One line of the timeline. */
export interface TimelineEvent {
  readonly at: number;
  readonly text: string;
}

/** When the phases of a drill began, and which workers the fault hit. */
export interface Timeline {
  readonly loadFrom: number;
  /** When the fault was injected. */
  readonly faultAt: number;
  readonly undoneAt: number;
  /** When the installation was healthy again. Undefined if it was not before the timeout. */
  readonly wholeAt: number | undefined;
  readonly loadUntil: number;
  /**
   * Celery host names (`celery@<pod>`) of the workers that the fault killed. Their slots do not count as surviving.
   */
  readonly brokenWorkers: readonly string[];
  readonly events: readonly TimelineEvent[];
}
