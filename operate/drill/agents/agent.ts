import type { V1LocalObjectReference, V1Pod } from "@kubernetes/client-node";
import { UserError } from "../../errors";
import { DRILL_LABEL } from "../load/names";
import { Hopeless, until } from "../../waiting";
import { AGENT_CONTAINER, AGENT_NAMESPACE, agentName, agentNamespace, agentPod } from "./agentPod";
import { absent, type Cluster, nameOf } from "../../cluster/cluster";
import type { Nodes } from "../../cluster/nodes";

const START_SECONDS = 120;
/** Reasons that no waiting mends. */
const STUCK = ["ErrImagePull", "ImagePullBackOff", "CreateContainerError", "CreateContainerConfigError"];

/** A pod on each node that may do there what Kubernetes itself cannot. */
export class Agents implements Nodes {
  private readonly opened = new Map<string, Promise<void>>();

  constructor(
    private readonly cluster: Cluster,
    private readonly run: string,
    /** The worker's: the nodes have it already. */
    private readonly image: string,
    private readonly imagePullSecrets?: readonly V1LocalObjectReference[],
  ) {}

  /** Starts the agents beforehand, so that a fault takes no time. */
  async open(nodes: readonly string[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.ready(node)));
  }

  /** Removes this run's agents, and the namespace with the last one. */
  async close(): Promise<void> {
    this.opened.clear();
    const namespace = AGENT_NAMESPACE;
    const labelSelector = `${DRILL_LABEL}=${this.run}`;
    await this.cluster.core
      .deleteCollectionNamespacedPod({ namespace, labelSelector, gracePeriodSeconds: 0 })
      .catch(absent);
    const left = await this.cluster.pods(namespace, DRILL_LABEL).catch(absent);
    const others = left?.filter(({ metadata }) => metadata?.labels?.[DRILL_LABEL] !== this.run) ?? [];
    if (others.length === 0) await this.cluster.core.deleteNamespace({ name: namespace }).catch(absent);
  }

  async shell(kubernetesNode: string, script: string): Promise<string> {
    await this.ready(kubernetesNode);
    const pod = agentName(this.run, kubernetesNode);
    const agent = { namespace: AGENT_NAMESPACE, pod, container: AGENT_CONTAINER };
    return this.cluster.exec(agent, "sh", "-c", script);
  }

  async processes(kubernetesNode: string, containerId: string): Promise<number[]> {
    // Of `containerd://ID`. All runtimes and cgroup drivers have it in the path, the systemd driver with _ for the - of a pod's uid.
    const id = containerId.replace(/^.*:\/\//, "").replaceAll("-", "[-_]");
    if (id === "") throw new Error(`no container id to look for on ${kubernetesNode}: it has not started`);
    const said = await this.shell(kubernetesNode, processesScript(id));
    return said
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
    // What failed once may be tried again.
    starting.catch(() => this.opened.delete(kubernetesNode));
    return starting;
  }

  private start(kubernetesNode: string): Promise<void> {
    return this.waitFor(kubernetesNode).catch((error: unknown) => {
      throw error instanceof Hopeless ? new UserError(error.message) : error;
    });
  }

  private async waitFor(kubernetesNode: string): Promise<void> {
    const { run, image, imagePullSecrets } = this;
    const spec = agentPod({ run, kubernetesNode, image, imagePullSecrets });
    const name = nameOf(spec);
    const signal = AbortSignal.timeout(START_SECONDS * 2000);
    // Also while the namespace of an earlier drill is still being deleted.
    await until(`the drill's agent on ${kubernetesNode} exists`, START_SECONDS, signal, () =>
      this.create(spec),
    );
    await until(`the drill's agent on ${kubernetesNode} runs`, START_SECONDS, signal, async () => {
      const pod = await this.cluster.core.readNamespacedPod({ namespace: AGENT_NAMESPACE, name });
      const trouble = troubleOf(pod);
      if (trouble)
        throw new Hopeless(`the drill's agent ${AGENT_NAMESPACE}/${name} does not start: ${trouble}`);
      return pod.status?.containerStatuses?.some(({ state }) => state?.running) ?? false;
    });
  }

  private async create(body: V1Pod): Promise<boolean> {
    const { core } = this.cluster;
    await core.createNamespace({ body: agentNamespace() }).catch(ifCode(409));
    try {
      await core.createNamespacedPod({ namespace: AGENT_NAMESPACE, body });
      return true;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (codeOf(error) === 409) return true;
      if (codeOf(error) === 403 && !text.includes("being terminated"))
        throw new Hopeless(
          `The cluster refuses the drill's agent, a pod with hostPID and NET_ADMIN in namespace ${AGENT_NAMESPACE}: ${text}. ` +
            "Allow such pods in that namespace, or run a scene that needs no agent: drain, pod-delete, worker-kill-pod.",
        );
      throw error;
    }
  }
}

/** Lines of the process id inside its container (1 is the first), and on the node. */
function processesScript(id: string): string {
  return (
    `grep -lE '${id}' /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | while read -r pid; do ` +
    `awk -v pid="$pid" '/^NSpid:/ {print $NF, pid}' "/proc/$pid/status" 2>/dev/null; done; true`
  );
}

function troubleOf({ status }: V1Pod): string | undefined {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting;
  if (status?.phase === "Failed")
    return `${status.reason ?? ""} ${status.message ?? ""}`.trim() || "it ended";
  return STUCK.includes(waiting?.reason ?? "") ? `${waiting?.reason}: ${waiting?.message ?? ""}` : undefined;
}

/** As one word of a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const codeOf = (error: unknown): number | undefined => (error as { code?: number }).code;

const ifCode = (code: number) => (error: unknown) => {
  if (codeOf(error) !== code) throw error;
};
