import { hasCondition } from "../../operate/cluster/objects";
import type { Api } from "./api";
import type { Container } from "./docker";

/** The fields of a Kubernetes Node that the readiness check reads. */
export interface KubernetesNode {
  metadata: { name: string };
  spec: { taints?: { key: string }[] };
  status: { conditions?: { type: string; status: string }[] };
}

/** The kubelet's heartbeat, renewed every ten seconds. */
export interface Lease {
  metadata: { name: string };
  spec: { renewTime: string };
}

export async function readyNodes(
  api: Api,
  names: readonly string[],
  containers: readonly Container[],
): Promise<string[]> {
  const [nodes, leases] = await Promise.all([
    api.list<KubernetesNode>("/api/v1/nodes"),
    api.list<Lease>("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"),
  ]);
  return names.filter((name) => isReady(name, nodes, leases, containers));
}

/**
 * Whether a node is ready. For most of a minute after a restart, the API still reports the state from before it.
 * Therefore the node also needs a heartbeat that is newer than its container.
 */
export function isReady(
  name: string,
  nodes: readonly KubernetesNode[],
  leases: readonly Lease[],
  containers: readonly Pick<Container, "name" | "startedAt" | "status">[],
): boolean {
  const node = nodes.find(({ metadata }) => metadata.name === name);
  const lease = leases.find(({ metadata }) => metadata.name === name);
  const container = containers.find((candidate) => candidate.name === name);
  if (!node || !lease || container?.status !== "running") return false;
  return (
    new Date(lease.spec.renewTime) > container.startedAt &&
    hasCondition(node, "Ready") &&
    !(node.spec.taints ?? []).some(
      ({ key }) => key === "node.kubernetes.io/not-ready" || key === "node.kubernetes.io/unreachable",
    )
  );
}

/** The object that the control plane creates last when a cluster starts. */
const LAST_ADDON =
  "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/ha-celery:local-volume-provisioner";

export async function controlPlaneReady(api: Api): Promise<boolean> {
  return (await api.get("/readyz")) !== undefined && (await api.get(LAST_ADDON)) !== undefined;
}

export function registryReady(address: string): Promise<boolean> {
  return fetch(`http://${address}/v2/`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
