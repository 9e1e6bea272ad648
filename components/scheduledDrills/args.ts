import type * as pulumi from "@pulumi/pulumi";
import type { Compute, Placement, SecretKey } from "../types";
import type { DrillScene } from "./scenes";

/** Limits of the verdict, which replace those of each scene. That no task may be lost always applies. */
export interface DrillLimits {
  /** Longest time without a confirm, in seconds.
   * @default the scene's */
  publishGapSeconds?: number;
  /** Longest time without a finished task on workers that the fault did not hit, in seconds.
   * @default the scene's */
  consumeGapSeconds?: number;
  /** Time from the fault until every surviving worker runs tasks again, in seconds.
   * @default the scene's */
  workerBackSeconds?: number;
  /** Time from the fault until the tasks that it interrupted run again, in seconds.
   * @default the scene's */
  redeliverySeconds?: number;
  /** Time from undoing the fault until the installation is healthy, in seconds.
   * @default the scene's */
  fullStrengthSeconds?: number;
  /** Largest number of tasks that run more than once.
   * @default the scene's */
  duplicated?: number;
}

/** Arguments that `ScheduledDrills` shares with the drills of a `HaCelery`. They change in place, also while a drill
 * runs, which ends with its former arguments. */
export interface ScheduledDrillsOptions extends Placement {
  /** Image of docker/drills, by digest. It contains the command `ha-celery`. */
  image: pulumi.Input<string>;
  /** Scenes, which run one after the other. Scenes with agents need rights that equal those of an administrator of the
   * Kubernetes cluster; see docs/how-to/scheduled-drills.md. */
  scenes: DrillScene[];
  /** When the drills begin, in the format of cron: minute, hour, day, month and weekday, for example `0 3 * * 1`. */
  schedule: string;
  /** Time zone of `schedule` and `blackouts`, for example `Europe/Berlin`.
   * @default `Etc/UTC` */
  timeZone?: string;
  /** Times in which no drill begins: days, hours, and dates, each optional, for example `MO-FR 08:00-18:00`,
   * `FR 22:00-06:00`, or `2026-12-18..2027-01-07`. A drill that has begun before continues.
   * @default none */
  blackouts?: string[];
  /** Limits of the verdict for all scenes.
   * @default those of each scene */
  limits?: DrillLimits;
  /** Whether to run scenes that could lose data even if the broker has `deletionProtection`.
   * @default false */
  allowProtected?: boolean;
  /** More options of `ha-celery drill`, for example `["--load", "canvas"]`.
   * @default none */
  options?: string[];
  /** Secret key with the URL that each outcome is posted to, as JSON.
   * @default none */
  webhook?: SecretKey;
  /** Whether no drill begins until this is false again.
   * @default false */
  suspend?: boolean;
  /** Time after which the drills of one run are stopped, and their fault is undone, in minutes.
   * @default 60 */
  deadlineMinutes?: number;
  /** CPU and memory of the pod.
   * @default a CPU request of 50m, 256Mi of memory */
  compute?: Compute;
}

/** Arguments of `ScheduledDrills`. */
export interface ScheduledDrillsArgs extends ScheduledDrillsOptions {
  /** Namespace of the installation, and of every object that has one. */
  namespace: pulumi.Input<string>;
  /** Name of the `RabbitMqCluster`. */
  broker: string;
}
