import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { GkeCluster } from "../../../../components";
import { type Run, run, the } from "../engine";
import { HARDENED, MACHINE, create, inputsOf } from "./cluster";

describe("GkeCluster: the control plane", () => {
  let plain: Run<GkeCluster>;
  before(async () => {
    plain = await run(() => create());
  });

  it("describes the cluster exactly, with defaults", async () => {
    assert.deepEqual(the(plain.resources, "Cluster").inputs, {
      project: "my-project",
      location: "us-east1",
      resourceLabels: {},
      deletionProtection: true,
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: { ...MACHINE, spot: false },
      network: "infra-network-id",
      subnetwork: "infra-subnetwork-id",
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
      datapathProvider: "ADVANCED_DATAPATH",
      privateClusterConfig: { enablePrivateNodes: true },
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: true },
        ipEndpointsConfig: { enabled: false },
      },
      releaseChannel: { channel: "REGULAR" },
      workloadIdentityConfig: { workloadPool: "my-project.svc.id.goog" },
      enableShieldedNodes: true,
      addonsConfig: {
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        dnsCacheConfig: { enabled: true },
      },
      ...HARDENED,
    });
  });

  it("describes the cluster exactly, with every option", async () => {
    const inputs = await inputsOf("Cluster", {
      nodes: 4,
      nodeZones: ["us-east1-b", "us-east1-c"],
      machineType: "n2-standard-8",
      diskGb: 100,
      spot: true,
      releaseChannel: "STABLE",
      privateNodes: false,
      dnsEndpoint: false,
      authorizedNetworks: [
        { cidr: "203.0.113.0/24", name: "office" },
        pulumi.output({ cidr: "198.51.100.7/32" }),
      ],
      network: "net",
      subnetwork: "sub",
      podRange: "p",
      serviceRange: "s",
      maintenance: {
        start: "22:30",
        hours: 6,
        days: ["SU", "SA"],
        exclusions: [
          { name: "year-end", start: "2026-12-18T00:00:00Z", end: "2027-01-07T00:00:00Z" },
          {
            name: "sale",
            start: "2026-11-20T00:00:00Z",
            end: "2026-12-02T00:00:00Z",
            scope: "NO_MINOR_UPGRADES",
          },
        ],
      },
      encryption: { scope: "google" },
      security: {
        binaryAuthorization: "off",
        intranodeVisibility: false,
        posture: false,
        systemGroupBindings: true,
        kubeletReadOnlyPort: true,
      },
      notifications: false,
      metrics: ["SYSTEM_COMPONENTS", "STATEFULSET"],
      backup: {},
      deletionProtection: false,
      labels: { team: "mail" },
    });
    assert.deepEqual(inputs, {
      project: "my-project",
      location: "us-east1",
      nodeLocations: ["us-east1-b", "us-east1-c"],
      resourceLabels: { team: "mail" },
      deletionProtection: false,
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: { ...MACHINE, machineType: "n2-standard-8", diskSizeGb: 100, spot: true },
      network: "net",
      subnetwork: "sub",
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: { clusterSecondaryRangeName: "p", servicesSecondaryRangeName: "s" },
      datapathProvider: "ADVANCED_DATAPATH",
      privateClusterConfig: { enablePrivateNodes: false },
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: false },
        ipEndpointsConfig: { enabled: true },
      },
      masterAuthorizedNetworksConfig: {
        cidrBlocks: [
          { cidrBlock: "203.0.113.0/24", displayName: "office" },
          { cidrBlock: "198.51.100.7/32" },
        ],
        gcpPublicCidrsAccessEnabled: false,
      },
      releaseChannel: { channel: "STABLE" },
      maintenancePolicy: {
        recurringWindow: {
          startTime: "2025-01-01T22:30:00Z",
          endTime: "2025-01-02T04:30:00Z",
          recurrence: "FREQ=WEEKLY;BYDAY=SA,SU",
        },
        maintenanceExclusions: [
          {
            exclusionName: "year-end",
            startTime: "2026-12-18T00:00:00Z",
            endTime: "2027-01-07T00:00:00Z",
            exclusionOptions: { scope: "NO_UPGRADES" },
          },
          {
            exclusionName: "sale",
            startTime: "2026-11-20T00:00:00Z",
            endTime: "2026-12-02T00:00:00Z",
            exclusionOptions: { scope: "NO_MINOR_UPGRADES" },
          },
        ],
      },
      workloadIdentityConfig: { workloadPool: "my-project.svc.id.goog" },
      enableShieldedNodes: true,
      addonsConfig: {
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        dnsCacheConfig: { enabled: true },
        gkeBackupAgentConfig: { enabled: true },
      },
      ...HARDENED,
      databaseEncryption: { state: "DECRYPTED" },
      binaryAuthorization: { evaluationMode: "DISABLED" },
      enableIntranodeVisibility: false,
      securityPostureConfig: { mode: "DISABLED" },
      rbacBindingConfig: {
        enableInsecureBindingSystemAuthenticated: true,
        enableInsecureBindingSystemUnauthenticated: true,
      },
      nodePoolDefaults: { nodeConfigDefaults: { insecureKubeletReadonlyPortEnabled: "TRUE" } },
      monitoringConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "STATEFULSET"],
        managedPrometheus: { enabled: true },
      },
      notificationConfig: { pubsub: { enabled: false } },
    });
  });

  it("leaves the ranges of a given subnetwork to GKE when it is told none", async () => {
    assert.ok(!("ipAllocationPolicy" in (await inputsOf("Cluster", { network: "net", subnetwork: "sub" }))));
  });

  it("looks away where Google's answers about the pool that was thrown away would replace the cluster", async () => {
    assert.deepEqual(the(plain.resources, "Cluster").ignoreChanges, ["initialNodeCount", "nodeConfig"]);
  });
});
