/** Operations on nodes that the Kubernetes API does not offer. */
export interface Nodes {
  /**
   * Runs a shell script as root in the drill's agent on a node. The script sees all processes of the node. The agent
   * runs the worker's image, which has sh, python3, and nsenter, but not ip, iptables, or tc.
   */
  shell(kubernetesNode: string, script: string): Promise<string>;
  /**
   * Returns the process ids of a container in the node's PID namespace, beginning with the container's first process.
   */
  processes(kubernetesNode: string, containerId: string): Promise<number[]>;
  /** Runs a script with the node's own tools (iptables, tc) in the network namespace of a process. */
  inNetworkOf(kubernetesNode: string, pid: number, script: string): Promise<string>;
  /** Undefined if machines cannot be switched off from here. */
  readonly power?: Power;
}

/** Switches machines off and on: containers of the local target, or machines of a cloud by its commands. */
export interface Power {
  /** Cuts the node's network link and then stops the node, so that it sends neither FIN nor RST. */
  off(kubernetesNode: string): Promise<void>;
  on(kubernetesNode: string): Promise<void>;
}
