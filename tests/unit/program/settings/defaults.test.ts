import assert from "node:assert/strict";
import { DEFAULT_RUN } from "../../../../components/shared/celery/contract";
import { DEFAULT_KEEP_RECENT } from "../../../../components/containerRegistry/repository";
import { DEFAULT_PLATFORM } from "../../../../components/containerImage/content";
import { DEFAULT_BACKUP } from "../../../../components/gkeCluster/backup";
import { DEFAULT_HOURS } from "../../../../components/gkeCluster/maintenance";
import { resolveCluster } from "../../../../components/gkeCluster/resolve";
import { resolveBroker } from "../../../../components/rabbitMqCluster/resolve";
import { KEYS } from "../settings";

const broker = resolveBroker("broker", { namespace: "jobs", image: "rabbitmq" });
const cluster = resolveCluster("infra", { project: "some-project", location: "us-east1" });

/** Default of the component's argument that each key sets. */
const DEFAULTS: Record<string, unknown> = {
  brokerReplicas: broker.replicas,
  brokerCpu: broker.compute.cpu,
  brokerMemory: broker.compute.memory,
  brokerStorage: broker.storage.size,
  storageOnDelete: broker.storage.onDelete,
  brokerSpread: broker.spread,
  vhost: broker.vhost,
  brokerUser: broker.username,
  passwordRevision: broker.passwordRevision,
  deletionProtection: broker.deletionProtection,
  readyTimeout: broker.readyTimeout,
  nodes: cluster.nodesPerZone * 3,
  machineType: cluster.machineType,
  diskGb: cluster.diskGb,
  spot: cluster.spot,
  releaseChannel: cluster.releaseChannel,
  dnsEndpoint: cluster.dnsEndpoint,
  maintenanceHours: DEFAULT_HOURS,
  nodeUpgrade: cluster.upgrades.strategy,
  nodeUpgradeSoak: cluster.upgrades.soakMinutes,
  encryption: cluster.encryption.scope,
  keyRotationDays: cluster.encryption.rotationDays,
  binaryAuthorization: cluster.security.binaryAuthorization,
  flowLogs: cluster.security.flowLogs,
  intranodeVisibility: cluster.security.intranodeVisibility,
  securityPosture: cluster.security.posture,
  systemGroupBindings: cluster.security.systemGroupBindings,
  kubeletReadOnlyPort: cluster.security.kubeletReadOnlyPort,
  clusterNotifications: cluster.notifications,
  backupRetainDays: DEFAULT_BACKUP.retainDays,
  keepImages: DEFAULT_KEEP_RECENT,
  platform: DEFAULT_PLATFORM,
  scheduleRun: DEFAULT_RUN,
};

describe("the default in Pulumi.yaml is the component's", () => {
  for (const [key, value] of Object.entries(DEFAULTS))
    it(key, () => {
      assert.equal(
        KEYS[key]?.default,
        value,
        `Pulumi.yaml says ${String(KEYS[key]?.default)} for ${key}, its component ${String(value)}. Change one of them.`,
      );
    });
});
