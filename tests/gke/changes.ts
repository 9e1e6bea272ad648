import type { GkeClusterArgs } from "../../components";

export const PROJECT = "my-project";

/** A key that the stack does not create. */
export const KEY = "projects/security/locations/us-east1/keyRings/shared/cryptoKeys/celery";

/** Other zones than those that Google chooses. */
export const ZONES = ["us-east1-b", "us-east1-c", "us-east1-d"];

/** Network of an office, which may reach the API server. */
export const OFFICE = "203.0.113.0/24";

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
  security: { binaryAuthorization: "enforce" },
  upgrades: { strategy: "blue-green" },
  backup: {},
  maintenance: {
    start: "03:00",
    exclusions: [{ name: "year-end", start: "2026-12-18T00:00:00Z", end: "2027-01-07T00:00:00Z" }],
  },
};

const [update, replace, create, remove] = ["update", "replace", "create", "delete"];

/** A change of a cluster's arguments. */
export interface Change {
  /** Arguments before the change, in addition to those of `BASE`. */
  from?: Partial<GkeClusterArgs>;
  change: Partial<GkeClusterArgs>;
  /** What happens to the resources of the cluster. */
  resources: Record<string, string>;
  /** Whether further resources may change. */
  more?: boolean;
}

const NEW_CLUSTER = { resources: { "infra-cluster": replace }, more: true };
const NEW_KEY = { "infra-keys": create, "infra-key": create };
const NO_KEY = { "infra-keys": remove, "infra-key": remove };
const GRANTS = { "infra-gke-agent": remove, "infra-key-secrets": remove, "infra-cloudkms": remove };
const APIS = [
  ...["cloudresourcemanager", "compute", "container", "iam"],
  ...["cloudkms", "pubsub", "binaryauthorization", "containersecurity"],
];
const SPOT = { spotPool: { maxNodes: 3 } };
/** A network that the stack does not create. */
export const GIVEN = { network: "net", subnetwork: "sub", podRange: "pods", serviceRange: "services" };

/** Changes of a cluster, and what they do to its resources: the table in docs/how-to/gke.md. */
export const CHANGES: Change[] = [
  { change: { nodes: 6 }, resources: { "infra-nodes": update } },
  { from: SPOT, change: { spotPool: { maxNodes: 6 } }, resources: { "infra-spot": update } },
  { from: SPOT, change: { spotPool: { maxNodes: 3, minNodes: 1 } }, resources: { "infra-spot": update } },
  {
    from: SPOT,
    change: { spotPool: { maxNodes: 3, machineType: "e2-standard-8" } },
    resources: { "infra-spot": update },
  },
  {
    change: { labels: { team: "orders" } },
    resources: { "infra-cluster": update, "infra-key": update, "infra-upgrades": update },
  },
  { change: { maintenance: { start: "03:00" } }, resources: { "infra-cluster": update } },
  { change: { metrics: ["SYSTEM_COMPONENTS", "POD"] }, resources: { "infra-cluster": update } },
  {
    change: { notifications: false },
    resources: { "infra-cluster": update, "infra-upgrades": remove, "infra-pubsub": remove },
  },
  {
    change: { security: { posture: false } },
    resources: { "infra-cluster": update, "infra-containersecurity": remove },
  },
  { change: { security: { systemGroupBindings: true } }, resources: { "infra-cluster": update } },
  { change: { deletionProtection: true }, resources: { "infra-cluster": update } },
  { change: { releaseChannel: "STABLE" }, resources: { "infra-cluster": update } },
  {
    change: { dnsEndpoint: false, authorizedNetworks: [{ cidr: OFFICE }] },
    resources: { "infra-cluster": update, "infra-kubernetes": update },
  },
  {
    change: { authorizedNetworks: [{ cidr: OFFICE }] },
    resources: { "infra-cluster": update },
  },
  { change: { security: { intranodeVisibility: false } }, resources: { "infra-cluster": update } },
  { change: { machineType: "e2-standard-8" }, resources: { "infra-nodes": update } },
  { change: { diskGb: 100 }, resources: { "infra-nodes": update } },
  {
    change: { privateNodes: false },
    resources: {
      "infra-cluster": update,
      "infra-nodes": update,
      "infra-router": remove,
      "infra-nat": remove,
    },
  },
  {
    change: { security: { kubeletReadOnlyPort: true } },
    resources: { "infra-cluster": update, "infra-nodes": update },
  },
  { change: { upgrades: { strategy: "blue-green" } }, resources: { "infra-nodes": update } },
  {
    from: { upgrades: { strategy: "blue-green" } },
    change: { upgrades: { strategy: "blue-green", soakMinutes: 30 } },
    resources: { "infra-nodes": update },
  },
  { change: { security: { flowLogs: false } }, resources: { "infra-subnetwork": update } },
  {
    change: { encryption: { scope: "google" } },
    resources: { "infra-cluster": update, ...NO_KEY, ...GRANTS },
  },
  {
    from: { encryption: { scope: "google" } },
    change: { encryption: { scope: "secrets" } },
    resources: {
      "infra-cluster": update,
      ...NEW_KEY,
      "infra-gke-agent": create,
      "infra-key-secrets": create,
      "infra-cloudkms": create,
    },
  },
  {
    change: { encryption: { key: KEY } },
    resources: { "infra-cluster": update, ...NO_KEY, "infra-key-secrets": replace },
  },
  {
    from: { encryption: { key: KEY } },
    change: { encryption: {} },
    resources: { "infra-cluster": update, ...NEW_KEY, "infra-key-secrets": replace },
  },
  { change: { encryption: { rotationDays: 30 } }, resources: { "infra-key": update } },
  {
    change: { encryption: { scope: "disks" } },
    resources: { "infra-nodes": replace, "infra-key-disks": create },
  },
  {
    from: { encryption: { scope: "disks" } },
    change: { encryption: { scope: "secrets" } },
    resources: { "infra-nodes": replace, "infra-key-disks": remove },
  },
  { change: { security: { binaryAuthorization: "audit" } }, resources: { "infra-images": create } },
  {
    from: { security: { binaryAuthorization: "audit" } },
    change: { security: { binaryAuthorization: "enforce" } },
    resources: { "infra-images": update },
  },
  {
    from: { security: { binaryAuthorization: "audit" } },
    change: { security: { binaryAuthorization: "audit", trustedImages: ["registry.example.com/**"] } },
    resources: { "infra-images": update },
  },
  {
    from: { security: { binaryAuthorization: "enforce" } },
    change: { security: { binaryAuthorization: "project" } },
    resources: { "infra-images": remove },
  },
  {
    change: { security: { binaryAuthorization: "off" } },
    resources: { "infra-cluster": update, "infra-binaryauthorization": remove },
  },
  {
    change: { backup: {} },
    resources: { "infra-cluster": update, "infra-backups": create, "infra-gkebackup": create },
  },
  { from: { backup: {} }, change: { backup: { retainDays: 30 } }, resources: { "infra-backups": update } },
  {
    from: { backup: {} },
    change: { backup: { schedule: "30 4 * * 0" } },
    resources: { "infra-backups": update },
  },
  {
    from: { backup: {} },
    change: { backup: { namespaces: ["celery"] } },
    resources: { "infra-backups": update },
  },
  {
    from: { backup: {} },
    change: { backup: undefined },
    resources: { "infra-backups": remove, "infra-gkebackup": remove },
  },
  { change: { spot: true }, resources: { "infra-nodes": replace } },
  {
    change: { nodeZones: ZONES },
    resources: { "infra-cluster": update, "infra-nodes": update },
  },
  {
    change: { enableApis: false },
    resources: Object.fromEntries(APIS.map((api) => [`infra-${api}`, remove])),
  },
  { change: { project: "other-project" }, ...NEW_CLUSTER },
  { change: { location: "europe-west1" }, ...NEW_CLUSTER },
  { change: { location: "us-east1-c" }, ...NEW_CLUSTER },
  { change: GIVEN, ...NEW_CLUSTER },
  { from: GIVEN, change: { ...GIVEN, subnetwork: "other" }, ...NEW_CLUSTER },
  { from: GIVEN, change: { ...GIVEN, podRange: "other" }, ...NEW_CLUSTER },
  { from: GIVEN, change: { ...GIVEN, serviceRange: "other" }, ...NEW_CLUSTER },
];

/** What a test shows of a change. */
export function titleOf({ from, change }: Change): string {
  const text = (value: unknown) => JSON.stringify(value, (_, each: unknown) => each ?? null);
  return from ? `${text(from)} -> ${text(change)}` : text(change);
}
