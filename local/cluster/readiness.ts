import type { Api } from "./api";
import type { Container } from "./docker";

/** The part of a Kubernetes Node that matters here. */
export interface KubernetesNode {
  metadata: { name: string };
  spec: { taints?: { key: string }[] };
  status: { conditions?: { type: string; status: string }[] };
}

/** The kubelet's sign of life, renewed every ten seconds. */
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

/** For most of a minute after a restart the API still calls a node ready that was so before: only a newer sign of life counts. */
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
    (node.status.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True") &&
    !(node.spec.taints ?? []).some(
      ({ key }) => key === "node.kubernetes.io/not-ready" || key === "node.kubernetes.io/unreachable",
    )
  );
}

/** The control plane creates this one last of what every cluster starts with. */
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
