import type { ClusterClient } from "../client";
import type { KubeObject } from "../objects";

/** Progress of an object. `failed` means that it cannot become ready any more. */
export interface Progress {
  state: "waiting" | "ready" | "failed";
  /** Message for the user: "2 of 3 replicas ready". */
  message: string;
}

/** Determines when an object of one kind is ready. Created for every wait. */
export interface Awaiter {
  progress(live: KubeObject, client: ClusterClient): Promise<Progress> | Progress;
  /** Returns why the object is not ready, in a few short paragraphs. */
  reasons(live: KubeObject, client: ClusterClient): Promise<string[]>;
}

export const ready = (message: string): Progress => ({ state: "ready", message });
export const waiting = (message: string): Progress => ({ state: "waiting", message });
export const failed = (message: string): Progress => ({ state: "failed", message });
