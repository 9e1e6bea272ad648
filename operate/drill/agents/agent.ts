import type { V1LocalObjectReference, V1Pod } from "@kubernetes/client-node";
import { messageOf, UserError } from "../../errors";
import { DRILL_LABEL } from "../load/names";
import { NonRetryableError, until } from "../../waiting";
import {
  AGENT_CONTAINER,
  agentName,
  agentNamespace,
  agentNamespaceOf,
  agentPod,
  UNDO_FOLDER,
} from "./agentPod";
import type { Cluster } from "../../cluster/cluster";
import { ignoreNotFound, ignoreStatus, nameOf, statusCodeOf } from "../../cluster/objects";
import type { Nodes, PodChange } from "../../cluster/nodes";
import type { DeadMansSwitch, Disarm } from "../guard/guard";
import { type Mark, markPatch, unmarkPatch } from "../guard/marks";
import { deleteNamespace } from "../remove";
import { processesScript } from "./processes";

const START_SECONDS = 120;
/** Waiting reasons that do not resolve by themselves. */
const FATAL_REASONS = [
  "ErrImagePull",
  "ImagePullBackOff",
  "CreateContainerError",
  "CreateContainerConfigError",
];

/** What the agents of a drill need. */
export interface AgentsSpec {
  readonly run: string;
  /** Namespace of the installation. */
  readonly namespace: string;
  /** The broker's image, by digest. A node that runs only workers pulls it. */
  readonly image: string;
  /** Secrets of the installation's namespace. */
  readonly imagePullSecrets?: readonly V1LocalObjectReference[];
}

/** Privileged pods, one per node, for operations that the Kubernetes API does not offer. */
export class Agents implements Nodes {
  private readonly opened = new Map<string, Promise<void>>();
  /** Of the changes of pods that are in effect, by the files that undo them. */
  private readonly disarms = new Map<string, Disarm>();
  private readonly namespace: string;
  private created: Promise<void> | undefined;
  private mayExist = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly spec: AgentsSpec,
    private readonly guard: DeadMansSwitch,
  ) {
    this.namespace = agentNamespaceOf(spec.run);
  }

  /** Starts the agents in advance, so that injecting the fault takes no time. */
  async open(nodes: readonly string[]): Promise<void> {
    await Promise.all([...new Set(nodes)].map((node) => this.ready(node)));
  }

  /** Removes the agents with their namespace. Each undoes its changes first. */
  async close(): Promise<void> {
    this.opened.clear();
    // A user without permission to delete namespaces can run the scenes that need no agents.
    if (!this.mayExist) return;
    await deleteNamespace(this.cluster, this.namespace);
  }

  async shell(kubernetesNode: string, script: string): Promise<string> {
    await this.ready(kubernetesNode);
    const { namespace } = this;
    const pod = agentName(this.spec.run, kubernetesNode);
    return this.cluster.exec({ namespace, pod, container: AGENT_CONTAINER }, "sh", "-c", script);
  }

  async processes(kubernetesNode: string, containerId: string): Promise<number[]> {
    if (containerId === "")
      throw new Error(`the container on ${kubernetesNode} has no id, because it has not started`);
    const output = await this.shell(kubernetesNode, processesScript(containerId));
    return output
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => Number(line.split(" ")[1]));
  }

  async change(pod: V1Pod, { fault, apply, undo }: PodChange): Promise<string> {
    const node = pod.spec?.nodeName ?? "";
    await this.ready(node);
    await this.mark(pod, fault);
    const script = Buffer.from(undo).toString("base64");
    return this.shell(node, `echo ${script} | base64 -d > ${undoFile(pod, fault)} || exit 1\n${apply}`);
  }

  async revert(pod: V1Pod, fault: string): Promise<void> {
    const file = undoFile(pod, fault);
    await this.shell(pod.spec?.nodeName ?? "", `[ ! -e ${file} ] || { sh ${file} && rm ${file}; }`);
    await this.unmark(pod, fault);
  }

  /** Names the change in an annotation. The drill's own pods need none, because they go with the drill. */
  private async mark(pod: V1Pod, fault: string): Promise<void> {
    if (isOfDrill(pod)) return;
    const { namespace = "", name = "" } = pod.metadata ?? {};
    const mark = this.markOf(fault);
    const disarm = await this.guard.arm({
      request: {
        method: "PATCH",
        path: `/api/v1/namespaces/${namespace}/pods/${name}`,
        body: unmarkPatch(mark),
      },
      rule: { apiGroups: [""], resources: ["pods"], resourceNames: [name], verbs: ["patch"] },
      namespace,
    });
    this.disarms.set(undoFile(pod, fault), disarm);
    await this.cluster.core.patchNamespacedPod({ namespace, name, body: markPatch(pod.metadata, mark) });
  }

  private async unmark(pod: V1Pod, fault: string): Promise<void> {
    if (isOfDrill(pod)) return;
    const { namespace = "", name = "" } = pod.metadata ?? {};
    await this.cluster.core
      .patchNamespacedPod({ namespace, name, body: unmarkPatch(this.markOf(fault)) })
      // The pod has been replaced, or has the mark of a later change.
      .catch(ignoreStatus(404, 422));
    await this.disarms.get(undoFile(pod, fault))?.();
    this.disarms.delete(undoFile(pod, fault));
  }

  private markOf(fault: string): Mark {
    return { run: this.spec.run, namespace: this.spec.namespace, fault };
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
    const { namespace } = this;
    const { run, image, imagePullSecrets } = this.spec;
    const created = (this.created ??= this.createNamespace());
    // A failure may be retried.
    created.catch(() => (this.created = undefined));
    await created;
    const spec = agentPod({ run, kubernetesNode, image, imagePullSecrets });
    const name = nameOf(spec);
    const signal = AbortSignal.timeout(START_SECONDS * 2000);
    await until(`the drill's agent on ${kubernetesNode} exists`, START_SECONDS, signal, () =>
      this.create(spec),
    );
    await until(`the drill's agent on ${kubernetesNode} runs`, START_SECONDS, signal, async () => {
      const pod = await this.cluster.core.readNamespacedPod({ namespace, name });
      const problem = startProblem(pod);
      if (problem)
        throw new NonRetryableError(`the drill's agent ${namespace}/${name} does not start: ${problem}`);
      return pod.status?.containerStatuses?.some(({ state }) => state?.running) ?? false;
    });
  }

  private async createNamespace(): Promise<void> {
    const { namespace, spec } = this;
    const body = agentNamespace(spec.run, spec.namespace);
    this.mayExist = true;
    await this.cluster.core.createNamespace({ body }).catch(ignoreStatus(409));
    await this.guard.arm({
      request: { method: "DELETE", path: `/api/v1/namespaces/${namespace}` },
      rule: { apiGroups: [""], resources: ["namespaces"], resourceNames: [namespace], verbs: ["delete"] },
      namespace,
    });
    await Promise.all((spec.imagePullSecrets ?? []).map(({ name = "" }) => this.copySecret(name)));
  }

  /** Pods can only use Secrets of their own namespace. */
  private async copySecret(name: string): Promise<void> {
    const { core } = this.cluster;
    const { namespace, spec } = this;
    // Kubernetes ignores a pull secret that does not exist. A user who may not read it can still run agents on nodes
    // that have the image.
    const secret = await core
      .readNamespacedSecret({ namespace: spec.namespace, name })
      .catch((error: unknown) => (statusCodeOf(error) === 403 ? undefined : ignoreNotFound(error)));
    if (!secret) return;
    const { type, data } = secret;
    await core
      .createNamespacedSecret({ namespace, body: { metadata: { name }, type, data } })
      .catch(ignoreStatus(409));
  }

  private async create(body: V1Pod): Promise<boolean> {
    const { namespace } = this;
    try {
      await this.cluster.core.createNamespacedPod({ namespace, body });
      return true;
    } catch (error) {
      if (statusCodeOf(error) === 409) return true;
      if (statusCodeOf(error) === 403)
        throw new NonRetryableError(
          `The cluster rejects the drill's agent, a pod with hostPID and NET_ADMIN in namespace ${namespace}: ${messageOf(error)}. ` +
            "Allow such pods in namespaces ha-celery-drill-*, or run a scene that needs no agents: drain, pod-delete, worker-kill-pod.",
        );
      throw error;
    }
  }
}

const undoFile = (pod: V1Pod, fault: string): string =>
  `${UNDO_FOLDER}/${nameOf(pod)}-${fault.replaceAll(" ", "-")}`;

const isOfDrill = (pod: V1Pod): boolean => pod.metadata?.labels?.[DRILL_LABEL] !== undefined;

function startProblem({ status }: V1Pod): string | undefined {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting;
  if (status?.phase === "Failed")
    return `${status.reason ?? ""} ${status.message ?? ""}`.trim() || "it exited";
  return FATAL_REASONS.includes(waiting?.reason ?? "")
    ? `${waiting?.reason}: ${waiting?.message ?? ""}`
    : undefined;
}
