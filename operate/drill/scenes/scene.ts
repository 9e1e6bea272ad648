import type { V1Pod } from "@kubernetes/client-node";
import type { Broker, Brokers } from "../../cluster/brokers";
import type { Cluster } from "../../cluster/cluster";
import type { Nodes } from "../../cluster/nodes";
import type { Load, LoadOptions } from "../load";
import type { Limits } from "../verdict/limits";

/** A fault, and what must hold while it lasts. Each scene is one small file. */
export interface Scene {
  /** As typed on the command line, for example `broker-kill-follower`. */
  readonly name: string;
  /** What happens, in one line. */
  readonly summary: string;
  /** Changed from the defaults: tasks longer than usual, more of them. */
  readonly load?: Partial<LoadOptions>;
  /** The broker node that is hit.
   * @default leader */
  readonly victim?: Victim;
  /** Seconds from the fault to its undoing. */
  readonly holdSeconds: number;
  /** What the verdict is held to, besides that nothing is lost. */
  readonly limits: Limits;
  /** Can cost data or a node if more goes wrong: a protected stack refuses it. */
  readonly destructive?: boolean;
  /** Works as root on the nodes, by a pod on each. */
  readonly needsAgents?: boolean;
  /** Needs to switch machines off, which Kubernetes cannot. */
  readonly needsPower?: boolean;
  /** Makes the fault happen. Whatever must be undone is registered with `drill.undo` before it is done. Returns once the fault is there. */
  inject(drill: Drill): Promise<void>;
  /** Further conditions, checked after everything is whole again: each text is a reason to fail. */
  check?(drill: Drill): Promise<string[]>;
}

export const Victim = {
  /** The broker node that leads the drill's queue. */
  Leader: "leader",
  /** One that follows. */
  Follower: "follower",
  /** The one with ordinal 0, after it was made leader. */
  First: "first",
} as const;
export type Victim = (typeof Victim)[keyof typeof Victim];

/** What a scene works with. */
export interface Drill {
  readonly cluster: Cluster;
  readonly brokers: Brokers;
  readonly nodes: Nodes;
  readonly load: Load;
  /** The broker node that is hit, as it was before the fault. */
  readonly victim: Broker;
  /** Ends with Ctrl-C, or an error elsewhere. Waits end with it. */
  readonly signal: AbortSignal;
  /** Puts a line into the timeline. */
  event(text: string): void;
  /** Registers how to take back what is about to be done. Undone in reverse order, once, also after Ctrl-C and errors. Must be harmless if the
   * change was not made after all. */
  undo(what: string, action: () => Promise<void>): void;
  wait(seconds: number): Promise<void>;
  /** Waits until `done` is true. Fails with `what` after `seconds`; errors of `done` count as false. */
  until(what: string, seconds: number, done: () => Promise<boolean>): Promise<void>;
  /** Adds a fact to the verdict's `more`, shown to people and programs. */
  note(name: string, value: string | number): void;
}

export const nodeOf = (pod: V1Pod): string => pod.spec?.nodeName ?? "";
