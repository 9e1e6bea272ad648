import type { ClusterClient } from "../client";
import type { KubeObject } from "../objects";

/** How far an object is. `failed`: it will not get there by waiting. */
export interface Progress {
  state: "waiting" | "ready" | "failed";
  /** For people: "2 of 3 replicas ready". */
  message: string;
}

/** Knows when one object of one kind is ready. Made anew for every wait. */
export interface Awaiter {
  progress(live: KubeObject, client: ClusterClient): Promise<Progress> | Progress;
  /** Why it is not ready, a few short paragraphs. */
  reasons(live: KubeObject, client: ClusterClient): Promise<string[]>;
}

export const ready = (message: string): Progress => ({ state: "ready", message });
export const waiting = (message: string): Progress => ({ state: "waiting", message });
export const failed = (message: string): Progress => ({ state: "failed", message });
