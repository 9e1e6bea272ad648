import type { Broker } from "../cluster/brokers";
import type { LoadOptions } from "./load";
import type { DrillLoad } from "./load/drillLoad";
import type { RandomOptions, Scene } from "./scenes/scene";
import type { Events, Timeline, TimelineEvent } from "./verdict/events";
import type { Limits } from "./verdict/limits";
import type { Verdict } from "./verdict/verdict";

/** One drill with all its parameters. */
export interface DrillPlan {
  readonly run: string;
  readonly scene: Scene;
  readonly load: LoadOptions;
  readonly limits: Limits;
  /** Duration of the load before the fault. */
  readonly warmSeconds: number;
  /** Duration of the load after recovery. */
  readonly coolSeconds: number;
  /** Time from the fault until it is undone. */
  readonly holdSeconds: number;
  /** The drill fails if the installation is not healthy this long after the fault was undone. */
  readonly recoveryTimeoutSeconds: number;
  /** Ordinal of the broker node to fail. By default, the scene chooses. */
  readonly victim?: number;
  /** Worker pool whose pod template the drill's workers use, or whose workers run the tasks. */
  readonly pool?: string;
  readonly usePool: boolean;
  /** Required for the scene `random`. */
  readonly random?: RandomOptions;
  /** Other image of the scene `upgrade-image`. By default, the same image by another reference. */
  readonly image?: string;
}

/** Receives the progress of a drill. */
export interface Observer {
  phase(name: Phase): void;
  event(event: TimelineEvent): void;
  /** Called when the load's pods run, so that a view can poll them. */
  prepared(drill: { load: DrillLoad; victim: Broker }): void;
}

export const Phase = {
  Check: "checking health",
  Prepare: "preparing",
  Warm: "load",
  Fault: "fault",
  Undo: "undoing",
  Recover: "recovering",
  Finish: "counting",
  Clean: "cleaning up",
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

export interface DrillResult {
  readonly verdict: Verdict;
  readonly events: Events;
  readonly timeline: Timeline;
}
