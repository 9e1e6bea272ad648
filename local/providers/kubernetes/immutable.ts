import type { ProviderConfig } from "./config";

/** Fields whose change means another object. */
export const IDENTITY = ["metadata.name", "metadata.namespace"];

const SELECTOR = ["spec.selector"];

/** Fields whose change requires a replacement, by API group and kind; the same as in the official plugin. */
export const FIELDS: Readonly<Record<string, string[]>> = {
  "/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  "/Pod": ["spec"],
  "/Service": ["spec.clusterIP"],
  "apps/DaemonSet": SELECTOR,
  "apps/Deployment": SELECTOR,
  "apps/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

export function immutableFields(
  { apiVersion, kind, immutable }: { apiVersion: string; kind: string; immutable: boolean },
  config: Pick<ProviderConfig, "mutableSecrets" | "mutableConfigMaps">,
): string[] {
  const group = apiVersion.includes("/") ? apiVersion.replace(/\/.*/, "") : "";
  if (group === "" && kind === "Secret") {
    return [...IDENTITY, "type", ...(config.mutableSecrets && !immutable ? [] : ["data", "stringData"])];
  }
  if (group === "" && kind === "ConfigMap") {
    return [...IDENTITY, ...(config.mutableConfigMaps && !immutable ? [] : ["data", "binaryData"])];
  }
  return [...IDENTITY, ...(FIELDS[`${group}/${kind}`] ?? [])];
}
