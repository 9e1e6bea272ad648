import * as pulumi from "@pulumi/pulumi";
import { ContainerRegistry, GkeCluster, type GkeClusterArgs, StorageClasses } from "../../components";
import { BinaryAuthorization, EncryptionScope, UpgradeStrategy } from "../../components/gkeCluster/choices";
import { regionOf } from "../../components/gkeCluster/location";
import type { Settings } from "../settings/load";
import { emptyToUndefined } from "../settings/emptyToUndefined";
import type { TargetProfile } from "./profile";

/** Prefix of the names of all Google Cloud resources. */
const NAME = "ha-celery";
/** StorageClasses that the stack creates. On GKE, the plain names belong to GKE's own classes, or to none. */
const CLASSES: Record<string, string> = { standard: `${NAME}-standard`, ssd: `${NAME}-ssd` };

/** A new cluster on Google Cloud with its StorageClasses and, unless `imageRepository` is set, a registry. */
export function gkeCluster(settings: Settings): TargetProfile {
  const cluster = new GkeCluster(NAME, {
    project: settings.project,
    location: settings.location,
    nodes: settings.nodes,
    nodeZones: emptyToUndefined(settings.nodeZones),
    machineType: settings.machineType,
    diskGb: settings.diskGb,
    spot: settings.spot,
    spotPool:
      settings.spotNodes > 0
        ? { maxNodes: settings.spotNodes, machineType: settings.machineType }
        : undefined,
    releaseChannel: settings.releaseChannel,
    dnsEndpoint: settings.dnsEndpoint,
    authorizedNetworks: settings.authorizedNetworks,
    network: settings.network || undefined,
    subnetwork: settings.subnetwork || undefined,
    maintenance: settings.maintenanceStart
      ? {
          start: settings.maintenanceStart,
          hours: settings.maintenanceHours,
          days: emptyToUndefined(settings.maintenanceDays),
          exclusions: settings.maintenanceExclusions,
        }
      : undefined,
    ...hardening(settings),
    deletionProtection: settings.deletionProtection,
    labels: settings.clusterLabels,
  });
  const disks = new StorageClasses(
    NAME,
    {
      machineType: settings.machineType,
      encryptionKey: settings.encryption === EncryptionScope.Disks ? cluster.encryptionKey : undefined,
      onDelete: settings.storageOnDelete,
    },
    { provider: cluster.provider },
  );
  const registry = settings.imageRepository ? undefined : ownRegistry(settings, cluster);
  const { brokerStorageClass } = settings;
  return {
    provider: cluster.provider,
    imageRepository: registry?.url ?? settings.imageRepository,
    storageClass: (CLASSES[brokerStorageClass] ?? brokerStorageClass) || undefined,
    spotPlacement: settings.spotNodes > 0 ? cluster.spotPlacement : {},
    foundations: registry ? [disks, registry] : [disks],
    kubeconfig: cluster.kubeconfig,
  };
}

/** Arguments that harden the cluster. Those that have no effect are left out, because the component refuses them. */
function hardening(settings: Settings): Partial<GkeClusterArgs> {
  const { encryption, encryptionKey, keyRotationDays, binaryAuthorization, trustedImages } = settings;
  const { nodeUpgrade, nodeUpgradeSoak, backupSchedule, backupRetainDays } = settings;
  const managesPolicy =
    binaryAuthorization === BinaryAuthorization.Audit || binaryAuthorization === BinaryAuthorization.Enforce;
  return {
    encryption: {
      scope: encryption,
      ...(encryptionKey ? { key: encryptionKey } : { rotationDays: keyRotationDays }),
    },
    security: {
      binaryAuthorization,
      trustedImages: managesPolicy ? emptyToUndefined(trustedImages) : undefined,
      flowLogs: settings.subnetwork ? undefined : settings.flowLogs,
      intranodeVisibility: settings.intranodeVisibility,
      posture: settings.securityPosture,
      systemGroupBindings: settings.systemGroupBindings,
      kubeletReadOnlyPort: settings.kubeletReadOnlyPort,
    },
    upgrades: {
      strategy: nodeUpgrade,
      soakMinutes: nodeUpgrade === UpgradeStrategy.BlueGreen ? nodeUpgradeSoak : undefined,
    },
    notifications: settings.clusterNotifications,
    metrics: emptyToUndefined(settings.clusterMetrics),
    backup: backupSchedule
      ? {
          schedule: backupSchedule,
          retainDays: backupRetainDays,
          namespaces: emptyToUndefined(settings.backupNamespaces),
        }
      : undefined,
  };
}

/** A registry that the nodes of the cluster can pull from. */
function ownRegistry(settings: Settings, cluster: GkeCluster): ContainerRegistry {
  return new ContainerRegistry(NAME, {
    project: settings.project,
    location: regionOf(settings.location),
    readers: [pulumi.interpolate`serviceAccount:${cluster.nodeServiceAccountEmail}`],
    keepRecent: settings.keepImages,
    vulnerabilityScanning: settings.imageScanning,
    deletionProtection: settings.deletionProtection,
  });
}
