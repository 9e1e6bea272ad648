import type { KubernetesObject, V1Secret } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster";
import { apiMessageOf, INSTALLATION_SELECTOR } from "../cluster/objects";
import type { Bundle } from "./bundle";

/** A kind of object in the bundle. */
interface Kind {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Which ones: those with the installation's label, all of its namespace, or all of the cluster. */
  readonly of: "installation" | "namespace" | "cluster";
  /** Exists only if its operator is installed. */
  readonly optional?: boolean;
}

const KINDS: readonly Kind[] = [
  { file: "pods", apiVersion: "v1", kind: "Pod", of: "installation" },
  { file: "statefulsets", apiVersion: "apps/v1", kind: "StatefulSet", of: "installation" },
  { file: "deployments", apiVersion: "apps/v1", kind: "Deployment", of: "installation" },
  { file: "replicasets", apiVersion: "apps/v1", kind: "ReplicaSet", of: "installation" },
  { file: "jobs", apiVersion: "batch/v1", kind: "Job", of: "installation" },
  { file: "cronjobs", apiVersion: "batch/v1", kind: "CronJob", of: "installation" },
  { file: "services", apiVersion: "v1", kind: "Service", of: "installation" },
  { file: "endpointslices", apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", of: "namespace" },
  { file: "configmaps", apiVersion: "v1", kind: "ConfigMap", of: "installation" },
  { file: "serviceaccounts", apiVersion: "v1", kind: "ServiceAccount", of: "installation" },
  { file: "networkpolicies", apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", of: "namespace" },
  {
    file: "poddisruptionbudgets",
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    of: "installation",
  },
  {
    file: "autoscalers",
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    of: "installation",
  },
  { file: "leases", apiVersion: "coordination.k8s.io/v1", kind: "Lease", of: "namespace" },
  { file: "persistentvolumeclaims", apiVersion: "v1", kind: "PersistentVolumeClaim", of: "namespace" },
  { file: "resourcequotas", apiVersion: "v1", kind: "ResourceQuota", of: "namespace" },
  { file: "limitranges", apiVersion: "v1", kind: "LimitRange", of: "namespace" },
  { file: "events", apiVersion: "v1", kind: "Event", of: "namespace" },
  { file: "nodes", apiVersion: "v1", kind: "Node", of: "cluster" },
  { file: "persistentvolumes", apiVersion: "v1", kind: "PersistentVolume", of: "cluster" },
  { file: "storageclasses", apiVersion: "storage.k8s.io/v1", kind: "StorageClass", of: "cluster" },
  {
    file: "podmonitors",
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    of: "installation",
    optional: true,
  },
  {
    file: "prometheusrules",
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    of: "installation",
    optional: true,
  },
  {
    file: "scaledobjects",
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    of: "installation",
    optional: true,
  },
];

/** Adds the objects of an installation, and what they depend on. */
export async function addObjects(cluster: Cluster, namespace: string, bundle: Bundle): Promise<void> {
  await Promise.all(
    KINDS.map((kind) => bundle.add(`objects/${kind.file}.json`, () => list(cluster, namespace, kind))),
  );
  await bundle.add("objects/namespace.json", () => cluster.core.readNamespace({ name: namespace }));
}

async function list(cluster: Cluster, namespace: string, kind: Kind): Promise<unknown> {
  const { apiVersion, of, optional } = kind;
  try {
    const { items } = await cluster.objects.list(
      apiVersion,
      kind.kind,
      of === "cluster" ? undefined : namespace,
      undefined,
      undefined,
      undefined,
      undefined,
      of === "installation" ? INSTALLATION_SELECTOR : undefined,
    );
    return items.map(withoutPackage);
  } catch (error) {
    if (optional && isUnknownKind(error)) return undefined;
    throw error;
  }
}

/** The API server does not have the group, or the group not the kind. */
const isUnknownKind = (error: unknown): boolean =>
  /404|not find|Unrecognized API/i.test(apiMessageOf(error)) ||
  (error instanceof Error && "code" in error && error.code === 404);

/** Leaves out the source of the Python package, which `inject` puts into ConfigMaps. */
function withoutPackage(object: KubernetesObject & { data?: unknown }): object {
  const isPackage = object.metadata?.labels?.["app.kubernetes.io/component"] === "package";
  return isPackage ? { ...object, data: Object.keys(object.data ?? {}) } : object;
}

/** What a bug report needs of a Secret: which keys it has, and how long their values are. */
export const describeSecret = ({ metadata, type, data, immutable }: V1Secret): object => ({
  name: metadata?.name,
  labels: metadata?.labels,
  created: metadata?.creationTimestamp,
  type,
  immutable,
  bytes: Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").length]),
  ),
});
