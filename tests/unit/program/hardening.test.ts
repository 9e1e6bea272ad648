import assert from "node:assert/strict";
import { at, type Value } from "../../../local/providers/plugin/values";
import type { Registered } from "../../../render/engine";
import type { Overrides } from "../../../render/stackConfig";
import { the } from "../components/engine";
import { deploy } from "./stackRuns";

const KEY = "projects/keys/locations/us-east1/keyRings/ring/cryptoKeys/key";
const POOL = "NodePool";

type Effect = [kind: string, path: string, value: unknown];

/** What keys of a stack do to fields of its resources. */
const CASES: [Overrides, ...Effect[]][] = [
  [
    {
      encryption: "secrets",
      keyRotationDays: "30",
      binaryAuthorization: "off",
      flowLogs: "false",
      intranodeVisibility: "false",
      securityPosture: "false",
      systemGroupBindings: "true",
      kubeletReadOnlyPort: "true",
      clusterNotifications: "false",
      clusterMetrics: '["POD"]',
      nodeUpgrade: "blue-green",
      nodeUpgradeSoak: "5",
      backupSchedule: "30 4 * * *",
      backupRetainDays: "9",
      backupNamespaces: '["celery"]',
      imageScanning: "false",
    },
    ["Cluster", "databaseEncryption.state", "ENCRYPTED"],
    [POOL, "nodeConfig.bootDiskKmsKey", undefined],
    ["CryptoKey", "rotationPeriod", "2592000s"],
    ["Cluster", "binaryAuthorization.evaluationMode", "DISABLED"],
    ["Subnetwork", "logConfig", undefined],
    ["Cluster", "enableIntranodeVisibility", false],
    ["Cluster", "securityPostureConfig.mode", "DISABLED"],
    ["Cluster", "rbacBindingConfig.enableInsecureBindingSystemAuthenticated", true],
    [POOL, "nodeConfig.kubeletConfig.insecureKubeletReadonlyPortEnabled", "TRUE"],
    ["Cluster", "notificationConfig.pubsub.enabled", false],
    ["Cluster", "monitoringConfig.enableComponents", ["POD"]],
    [POOL, "upgradeSettings.strategy", "BLUE_GREEN"],
    [POOL, "upgradeSettings.blueGreenSettings.nodePoolSoakDuration", "300s"],
    ["BackupPlan", "backupSchedule.cronSchedule", "30 4 * * *"],
    ["BackupPlan", "retentionPolicy.backupRetainDays", 9],
    ["BackupPlan", "backupConfig.selectedNamespaces.namespaces", ["celery"]],
    ["Repository", "vulnerabilityScanningConfig.enablementConfig", "DISABLED"],
  ],
  [
    {
      encryptionKey: KEY,
      binaryAuthorization: "audit",
      trustedImages: '["ghcr.io/a/*"]',
      maintenanceExclusions:
        '[{"name":"a","start":"2026-12-18T00:00:00Z","end":"2026-12-20T00:00:00Z","scope":"NO_MINOR_UPGRADES"}]',
      dnsEndpoint: "false",
      authorizedNetworks: '[{"cidr":"203.0.113.0/24"}]',
    },
    [POOL, "nodeConfig.bootDiskKmsKey", KEY],
    ["Policy", "admissionWhitelistPatterns", [{ namePattern: "ghcr.io/a/*" }]],
    [
      "Cluster",
      "maintenancePolicy.maintenanceExclusions",
      [
        {
          exclusionName: "a",
          startTime: "2026-12-18T00:00:00Z",
          endTime: "2026-12-20T00:00:00Z",
          exclusionOptions: { scope: "NO_MINOR_UPGRADES" },
        },
      ],
    ],
    ["Cluster", "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic", false],
    ["Cluster", "masterAuthorizedNetworksConfig.cidrBlocks", [{ cidrBlock: "203.0.113.0/24" }]],
  ],
  [{ encryption: "google" }, ["Cluster", "databaseEncryption.state", "DECRYPTED"]],
];

describe("Keys of a stack that harden its cluster", () => {
  for (const [overrides, ...effects] of CASES) {
    describe(`with ${Object.keys(overrides).join(", ")}`, () => {
      let resources: Registered[];
      before(async () => {
        ({ resources } = await deploy("prod", overrides));
      });

      for (const [kind, path, value] of effects) {
        it(`set ${path} of ${kind} to ${JSON.stringify(value)}`, () => {
          assert.deepEqual(at(the(resources, kind).inputs as Value, ...path.split(".")), value);
        });
      }
    });
  }
});
