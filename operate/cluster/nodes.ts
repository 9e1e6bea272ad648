/** What Kubernetes itself cannot do to its nodes. */
export interface Nodes {
  /** Runs a shell script as root in the process and mount namespace of the drill's agent on a node: it sees all processes of the node.
   * The agent is a pod of the worker's image (has sh, python3, nsenter; no ip, iptables, tc). */
  shell(kubernetesNode: string, script: string): Promise<string>;
  /** Process ids of a container, in the node's numbering, the container's first process first. */
  processes(kubernetesNode: string, containerId: string): Promise<number[]>;
  /** Runs a script with the node's own tools (iptables, tc) in the network namespace of a process. */
  inNetworkOf(kubernetesNode: string, pid: number, script: string): Promise<string>;
  /** Undefined where machines cannot be switched off from here. */
  readonly power?: Power;
}

/** The switch of the machines: the local target's containers, or a cloud's command. */
export interface Power {
  /** Cuts the node's link, then ends it, so that no FIN or RST leaves. */
  off(kubernetesNode: string): Promise<void>;
  on(kubernetesNode: string): Promise<void>;
}
