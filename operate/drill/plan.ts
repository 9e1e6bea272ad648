import type { Broker } from "../cluster/brokers";
import type { LoadOptions } from "./load";
import type { OwnLoad } from "./load/ownLoad";
import type { Scene } from "./scenes/scene";
import type { Events, Timeline, TimelineEvent } from "./verdict/events";
import type { Limits } from "./verdict/limits";
import type { Verdict } from "./verdict/verdict";

/** One drill, with every choice made. */
export interface DrillPlan {
  readonly run: string;
  readonly scene: Scene;
  readonly load: LoadOptions;
  readonly limits: Limits;
  /** Of load before the fault, and after everything is whole again. */
  readonly warmSeconds: number;
  readonly coolSeconds: number;
  readonly holdSeconds: number;
  /** How long to wait for full strength before the drill fails. */
  readonly patienceSeconds: number;
  /** Ordinal of the broker node to hit; by default the scene chooses. */
  readonly victim?: number;
  /** Worker pool that the drill's pods are like, or that works itself. */
  readonly pool?: string;
  readonly usePool: boolean;
}

/** What is told while a drill runs. */
export interface Observer {
  phase(name: Phase): void;
  event(event: TimelineEvent): void;
  /** Everything that a view needs to look for itself, once it exists. */
  begun(sight: { load: OwnLoad; victim: Broker }): void;
}

export const Phase = {
  Check: "steady state",
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
