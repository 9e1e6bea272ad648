import type { V1LocalObjectReference, V1Pod } from "@kubernetes/client-node";
import { messageOf, UserError } from "../../errors";
import { DRILL_LABEL } from "../load/names";
import { NonRetryableError, until } from "../../waiting";
import { AGENT_CONTAINER, AGENT_NAMESPACE, agentName, agentNamespace, agentPod } from "./agentPod";
import type { Cluster } from "../../cluster/cluster";
import { ignoreNotFound, nameOf, statusCodeOf } from "../../cluster/objects";
import type { Nodes } from "../../cluster/nodes";

const START_SECONDS = 120;
/** Waiting reasons that do not resolve by themselves. */
const FATAL_REASONS = [
  "ErrImagePull",
  "ImagePullBackOff",
  "CreateContainerError",
  "CreateContainerConfigError",
];

/** Privileged pods, one per node, for operations that the Kubernetes API does not offer. */
export class Agents implements Nodes {
  private readonly opened = new Map<string, Promise<void>>();

  constructor(
    private readonly cluster: Cluster,
    private readonly run: string,
    /** The worker's image, because the nodes already have it. */
    private readonly image: string,
    private readonly imagePullSecrets?: readonly V1LocalObjectReference[],
  ) {}

  /** Starts the agents in advance, so that injecting the fault takes no time. */
  async open(nodes: readonly string[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.ready(node)));
  }

  /** Removes the agents of this run, and the namespace if no others are left. */
  async close(): Promise<void> {
    this.opened.clear();
    const namespace = AGENT_NAMESPACE;
    const labelSelector = `${DRILL_LABEL}=${this.run}`;
    await this.cluster.core
      .deleteCollectionNamespacedPod({ namespace, labelSelector, gracePeriodSeconds: 0 })
      .catch(ignoreNotFound);
    const remaining = await this.cluster.pods(namespace, DRILL_LABEL).catch(ignoreNotFound);
    const others = remaining?.filter(({ metadata }) => metadata?.labels?.[DRILL_LABEL] !== this.run) ?? [];
    if (others.length === 0)
      await this.cluster.core.deleteNamespace({ name: namespace }).catch(ignoreNotFound);
  }

  async shell(kubernetesNode: string, script: string): Promise<string> {
    await this.ready(kubernetesNode);
    const pod = agentName(this.run, kubernetesNode);
    const agent = { namespace: AGENT_NAMESPACE, pod, container: AGENT_CONTAINER };
    return this.cluster.exec(agent, "sh", "-c", script);
  }

  async processes(kubernetesNode: string, containerId: string): Promise<number[]> {
    // The id without `containerd://` is in the cgroup path. The systemd cgroup driver replaces the - in a pod's uid
    // with _.
    const id = containerId.replace(/^.*:\/\//, "").replaceAll("-", "[-_]");
    if (id === "")
      throw new Error(`the container on ${kubernetesNode} has no id, because it has not started`);
    const output = await this.shell(kubernetesNode, processesScript(id));
    return output
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(" ").map(Number) as [number, number])
      .sort(([one], [other]) => one - other)
      .map(([, pid]) => pid);
  }

  inNetworkOf(kubernetesNode: string, pid: number, script: string): Promise<string> {
    return this.shell(kubernetesNode, `nsenter -t 1 -m -- nsenter -t ${pid} -n sh -c ${quoted(script)}`);
  }

  private ready(kubernetesNode: string): Promise<void> {
    const starting = this.opened.get(kubernetesNode) ?? this.start(kubernetesNode);
    this.opened.set(kubernetesNode, starting);
    // A failed start may be retried.
    starting.catch(() => this.opened.delete(kubernetesNode));
    return starting;
  }

  private start(kubernetesNode: string): Promise<void> {
    return this.waitFor(kubernetesNode).catch((error: unknown) => {
      throw error instanceof NonRetryableError ? new UserError(error.message) : error;
    });
  }

  private async waitFor(kubernetesNode: string): Promise<void> {
    const { run, image, imagePullSecrets } = this;
    const spec = agentPod({ run, kubernetesNode, image, imagePullSecrets });
    const name = nameOf(spec);
    const signal = AbortSignal.timeout(START_SECONDS * 2000);
    // Retries while the namespace of an earlier drill is still being deleted.
    await until(`the drill's agent on ${kubernetesNode} exists`, START_SECONDS, signal, () =>
      this.create(spec),
    );
    await until(`the drill's agent on ${kubernetesNode} runs`, START_SECONDS, signal, async () => {
      const pod = await this.cluster.core.readNamespacedPod({ namespace: AGENT_NAMESPACE, name });
      const problem = startProblem(pod);
      if (problem)
        throw new NonRetryableError(
          `the drill's agent ${AGENT_NAMESPACE}/${name} does not start: ${problem}`,
        );
      return pod.status?.containerStatuses?.some(({ state }) => state?.running) ?? false;
    });
  }

  private async create(body: V1Pod): Promise<boolean> {
    const { core } = this.cluster;
    await core.createNamespace({ body: agentNamespace() }).catch(ignoreStatus(409));
    try {
      await core.createNamespacedPod({ namespace: AGENT_NAMESPACE, body });
      return true;
    } catch (error) {
      const text = messageOf(error);
      if (statusCodeOf(error) === 409) return true;
      if (statusCodeOf(error) === 403 && !text.includes("being terminated"))
        throw new NonRetryableError(
          `The cluster rejects the drill's agent, a pod with hostPID and NET_ADMIN in namespace ${AGENT_NAMESPACE}: ${text}. ` +
            "Allow such pods in that namespace, or run a scene that needs no agents: drain, pod-delete, worker-kill-pod.",
        );
      throw error;
    }
  }
}

/** Prints, for each process of the container, its id inside the container and its id on the node. */
function processesScript(id: string): string {
  return (
    `grep -lE '${id}' /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | while read -r pid; do ` +
    `awk -v pid="$pid" '/^NSpid:/ {print $NF, pid}' "/proc/$pid/status" 2>/dev/null; done; true`
  );
}

function startProblem({ status }: V1Pod): string | undefined {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting;
  if (status?.phase === "Failed")
    return `${status.reason ?? ""} ${status.message ?? ""}`.trim() || "it exited";
  return FATAL_REASONS.includes(waiting?.reason ?? "")
    ? `${waiting?.reason}: ${waiting?.message ?? ""}`
    : undefined;
}

/** Quotes text as one word of a shell command. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const ignoreStatus = (code: number) => (error: unknown) => {
  if (statusCodeOf(error) !== code) throw error;
};
