/** What a scene is held to; undefined means not limited. Nothing may be lost in any scene, which is no option. */
export interface Limits {
  /** Seconds without a confirm while publishers publish. */
  readonly publishGapSeconds?: number;
  /** Seconds without a finished task on surviving slots while there are tasks. */
  readonly consumeGapSeconds?: number;
  /** Seconds from the fault until each surviving worker takes tasks again. */
  readonly workerBackSeconds?: number;
  /** Seconds from the fault until tasks that broken workers held run again. */
  readonly redeliverySeconds?: number;
  /** Seconds from the undoing of the fault to full strength. */
  readonly fullStrengthSeconds?: number;
  /** Tasks that run more than once, at most: `running` is the number of all worker slots of the drill. */
  readonly duplicated?: number | "running";
  /** Tasks that end in the dead-letter queue, exactly. */
  readonly deadLettered?: number;
}
