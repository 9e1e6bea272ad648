import type { GkeClusterArgs } from "../../components";

export const PROJECT = "my-project";

/** Cluster that the changes start from. */
export const BASE: GkeClusterArgs = {
  project: PROJECT,
  location: "us-east1",
  dnsEndpoint: true,
  deletionProtection: false,
};

/** All that can be added to a cluster without a new one. */
export const PROTECTED: GkeClusterArgs = {
  ...BASE,
  encryption: { scope: "disks" },
  security: { binaryAuthorization: "enforce", workloadScanning: true },
  upgrades: { strategy: "blue-green" },
  backup: {},
  maintenance: {
    start: "03:00",
    exclusions: [{ name: "year-end", start: "2026-12-18T00:00:00Z", end: "2027-01-07T00:00:00Z" }],
  },
};

const [update, replace, create, remove] = ["update", "replace", "create", "delete"];
/** Changes of a cluster, and what they do to its resources: the table in docs/how-to/gke.md. */
export const CHANGES: [change: Partial<GkeClusterArgs>, resources: Record<string, string>][] = [
  [{ nodes: 6 }, { "infra-nodes": update }],
  [{ machineType: "e2-standard-8" }, { "infra-nodes": update }],
  [{ diskGb: 100 }, { "infra-nodes": update }],
  [{ spot: true }, { "infra-nodes": replace }],
  [{ releaseChannel: "STABLE" }, { "infra-cluster": update }],
  [{ maintenance: { start: "03:00" } }, { "infra-cluster": update }],
  [
    { dnsEndpoint: false, authorizedNetworks: [{ cidr: "203.0.113.0/24" }] },
    { "infra-cluster": update, "infra-kubernetes": update },
  ],
  [{ metrics: ["SYSTEM_COMPONENTS", "POD"] }, { "infra-cluster": update }],
  [{ upgrades: { strategy: "blue-green" } }, { "infra-nodes": update }],
  [{ encryption: { rotationDays: 30 } }, { "infra-key": update }],
  [{ encryption: { scope: "disks" } }, { "infra-nodes": replace, "infra-key-disks": create }],
  [{ security: { flowLogs: false } }, { "infra-subnetwork": update }],
  [{ security: { intranodeVisibility: false } }, { "infra-cluster": update }],
  [{ security: { posture: false } }, { "infra-cluster": update, "infra-containersecurity": remove }],
  [{ security: { systemGroupBindings: true } }, { "infra-cluster": update }],
  [{ security: { kubeletReadOnlyPort: true } }, { "infra-cluster": update, "infra-nodes": update }],
  [{ security: { binaryAuthorization: "audit" } }, { "infra-images": create }],
  [{ notifications: false }, { "infra-cluster": update, "infra-upgrades": remove, "infra-pubsub": remove }],
  [{ backup: {} }, { "infra-cluster": update, "infra-backups": create, "infra-gkebackup": create }],
];
