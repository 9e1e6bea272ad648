import type { GkeClusterArgs } from "./args";
import { omitUndefined } from "../shared/omitUndefined";
import type { Placement } from "../types";
import {
  BinaryAuthorization,
  EncryptionScope,
  MetricPackage,
  ReleaseChannel,
  UpgradeStrategy,
} from "./choices";
import { regionOf, zonesOf } from "./location";
import type { ClusterEncryption, ClusterSecurity, NodeUpgrades } from "./securityArgs";

/** GKE allows 40 characters; Pulumi's suffix and ours need 16. */
export const MAX_CLUSTER_NAME = 24;

export const DEFAULT_MACHINE = "e2-standard-4";
export const DEFAULT_NODES = 3;

/** Arguments of a cluster with all defaults, and derived values. */
export interface ResolvedCluster extends GkeClusterArgs {
  name: string;
  region: string;
  nodesPerZone: number;
  machineType: string;
  diskGb: number;
  spot: boolean;
  releaseChannel: ReleaseChannel;
  privateNodes: boolean;
  dnsEndpoint: boolean;
  deletionProtection: boolean;
  enableApis: boolean;
  labels: Record<string, string>;
  workloadPool: string;
  encryption: ResolvedEncryption;
  security: Required<ClusterSecurity>;
  upgrades: Required<NodeUpgrades>;
  notifications: boolean;
  metrics: MetricPackage[];
}

/** Encryption with all defaults. */
export interface ResolvedEncryption extends ClusterEncryption {
  scope: EncryptionScope;
  rotationDays: number;
}

export function resolveCluster(name: string, args: GkeClusterArgs): ResolvedCluster {
  const { nodes = DEFAULT_NODES, location, project } = args;
  const region = regionOf(location);
  return {
    machineType: DEFAULT_MACHINE,
    diskGb: 50,
    spot: false,
    releaseChannel: ReleaseChannel.Regular,
    privateNodes: true,
    dnsEndpoint: false,
    deletionProtection: true,
    enableApis: true,
    labels: {},
    notifications: true,
    metrics: [MetricPackage.System],
    ...omitUndefined(args),
    name,
    region,
    nodesPerZone: nodes / zonesOf(location, args.nodeZones),
    workloadPool: `${project}.svc.id.goog`,
    encryption: { scope: EncryptionScope.Secrets, rotationDays: 90, ...omitUndefined(args.encryption ?? {}) },
    security: {
      binaryAuthorization: BinaryAuthorization.Project,
      trustedImages: [`${region}-docker.pkg.dev/${project.replace(":", "/")}/**`],
      flowLogs: args.subnetwork === undefined,
      intranodeVisibility: true,
      posture: true,
      systemGroupBindings: false,
      kubeletReadOnlyPort: false,
      ...omitUndefined(args.security ?? {}),
    },
    upgrades: { strategy: UpgradeStrategy.Surge, soakMinutes: 60, ...omitUndefined(args.upgrades ?? {}) },
  };
}

/** Label and taint of the spot pool. Google's own spot label also applies to a main pool of spot machines. */
export const SPOT = { key: "ha-celery/pool", value: "spot" };

export const SPOT_PLACEMENT: Placement = {
  nodeSelector: { [SPOT.key]: SPOT.value },
  tolerations: [{ key: SPOT.key, operator: "Equal", value: SPOT.value, effect: "NoSchedule" }],
};

/** The provider's default of 90 minutes hides a hanging operation for too long. */
export const CLUSTER_TIMEOUTS = { create: "45m", update: "45m", delete: "45m" };

/** An update drains one node after the other, and a disruption budget may delay each for an hour. */
export const POOL_TIMEOUTS = { create: "45m", update: "3h", delete: "2h" };
