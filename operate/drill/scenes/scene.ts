import type { Broker, Brokers } from "../../cluster/brokers";
import type { Cluster } from "../../cluster/cluster";
import type { Nodes } from "../../cluster/nodes";
import type { DeadMansSwitch } from "../guard/guard";
import type { Load, LoadOptions } from "../load";
import type { Limits } from "../verdict/limits";

/** A fault, and the limits that must hold during it. Each scene is one small file. */
export interface Scene {
  /** Name on the command line, for example `broker-kill-follower`. */
  readonly name: string;
  /** What the scene does, in one line. */
  readonly summary: string;
  /** Differences from the default load, such as longer tasks. */
  readonly load?: Partial<LoadOptions>;
  /**
   * Confirmed tasks that must wait before the fault. The load must publish faster than the workers run tasks.
   * Workflows leave no backlog, so `--load canvas` ignores it.
   */
  readonly backlog?: number;
  /**
   * The broker node to fail.
   * @default leader
   */
  readonly victim?: Victim;
  /** Seconds from the fault until it is undone. */
  readonly holdSeconds: number;
  /** Limits of the verdict. In every scene, no task may be lost. */
  readonly limits: Limits;
  /** Could lose data or a node if a second failure occurs. Protected installations refuse the scene. */
  readonly destructive?: boolean;
  /** Works as root on the nodes, in a pod on each of them. */
  readonly needsAgents?: boolean;
  /** Switches machines off, which Kubernetes cannot do. */
  readonly needsPower?: boolean;
  /** Stops the control plane, which only the local target can do. */
  readonly needsControlPlane?: boolean;
  /**
   * Injects the fault. Registers each change with `drill.undo` before making it. Returns when the fault is in effect.
   * If the command is killed, the fault must end by itself: changes of pods go through `drill.nodes.change`, changes of
   * Kubernetes objects through `drill.guard.arm`, and others end within `drill.deadlineSeconds`.
   */
  inject(drill: Drill): Promise<void>;
  /** Checks further conditions after recovery. Each returned text is a reason to fail. */
  check?(drill: Drill): Promise<string[]>;
}

export const Victim = {
  /** The broker node that leads the drill's queue. */
  Leader: "leader",
  /** A broker node that does not lead the drill's queue. */
  Follower: "follower",
  /** The broker node with ordinal 0, which the drill makes the leader. */
  First: "first",
} as const;
export type Victim = (typeof Victim)[keyof typeof Victim];

/** Options of the scene `random`. */
export interface RandomOptions {
  /** The same seed gives the same faults. */
  readonly seed: number;
  /** Time in which faults are injected. */
  readonly minutes: number;
}

/** What a scene works with. */
export interface Drill {
  readonly cluster: Cluster;
  readonly brokers: Brokers;
  readonly nodes: Nodes;
  /** Undoes changes of Kubernetes objects if the command is killed. */
  readonly guard: DeadMansSwitch;
  readonly load: Load;
  /** The broker node to fail, as it was before the fault. */
  readonly victim: Broker;
  /** Seconds from the fault until it is undone: the scene's own, or those of --hold. */
  readonly holdSeconds: number;
  /** Time from the fault until everything must be undone even without the command. */
  readonly deadlineSeconds: number;
  /** Aborted by Ctrl-C, which also ends all waits. */
  readonly signal: AbortSignal;
  readonly random?: RandomOptions;
  /**
   * For the scene `upgrade-image`: the other image.
   * @default the same image by another reference
   */
  readonly image?: string;
  /** Adds a line to the timeline. */
  event(text: string): void;
  /**
   * Registers an action that undoes a change. The actions run once, in reverse order, also after Ctrl-C and errors.
   * An action must be harmless if the change was not made.
   */
  undo(description: string, action: () => Promise<void>): void;
  /** Undoes what `inject` has changed after `seconds`, instead of at the end of the drill. */
  temporarily(seconds: number, inject: () => Promise<void>): Promise<void>;
  wait(seconds: number): Promise<void>;
  /** Polls `done` until it returns true. Fails with `what` after the timeout. Errors of `done` count as false. */
  until(what: string, timeoutSeconds: number, done: () => Promise<boolean>): Promise<void>;
  /** Adds a fact to the verdict's `more`, which appears in every report. */
  note(name: string, value: string | number): void;
}
