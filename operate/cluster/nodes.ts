import type { V1Pod } from "@kubernetes/client-node";

/** Operations on nodes that the Kubernetes API does not offer. */
export interface Nodes extends Machines {
  /**
   * Runs a shell script as root in the drill's agent on a node. The script sees all processes of the node. The agent
   * runs the broker's image, which has sh, perl, and nsenter, but not ip, iptables, or tc.
   */
  shell(kubernetesNode: string, script: string): Promise<string>;
  /**
   * Returns the process ids of a container in the node's PID namespace, beginning with the container's first process.
   */
  processes(kubernetesNode: string, containerId: string): Promise<number[]>;
  /**
   * Changes a pod with a shell script in the agent of its node, and returns the script's output. The agent undoes the
   * change when it ends, so that this also happens if the command is killed.
   */
  change(pod: V1Pod, change: PodChange): Promise<string>;
  /** Undoes a change. Does nothing if there is none. */
  revert(pod: V1Pod, fault: string): Promise<void>;
}

/** What can be done to the machines of a cluster from outside. */
export interface Machines {
  /** Undefined if machines cannot be switched off from here. */
  readonly power?: Power;
  /** Undefined if the control plane cannot be stopped from here. */
  readonly controlPlane?: ControlPlane;
}

/** A change of a pod that its node's agent makes. */
export interface PodChange {
  /** What the pod's annotation says while the change lasts. */
  readonly fault: string;
  /** Shell script that makes the change. */
  readonly apply: string;
  /** Shell script that undoes the change. It must be harmless if the change was not made, or only in part. */
  readonly undo: string;
}

/** Switches machines off and on: containers of the local target, or machines of a cloud by its commands. */
export interface Power {
  /** Cuts the node's network link and then stops the node, so that it sends neither FIN nor RST. */
  off(kubernetesNode: string): Promise<void>;
  on(kubernetesNode: string): Promise<void>;
  /**
   * Switches the node on after a time, even if the command no longer exists then. Returns a function that cancels
   * this.
   */
  onLater(kubernetesNode: string, seconds: number): () => void;
}

/** Stops and resumes the control plane of a cluster. Only the local target can. */
export interface ControlPlane {
  /**
   * Stops the API server, the controllers, and the scheduler, so that requests get no answer. They resume after
   * `seconds` at the latest, even if the command no longer exists then.
   */
  stop(seconds: number): Promise<void>;
  /** Resumes them, and waits until the API server answers. Does nothing more if they were not stopped. */
  resume(): Promise<void>;
}
