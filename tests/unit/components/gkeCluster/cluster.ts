import type * as pulumi from "@pulumi/pulumi";
import { type GkeClusterArgs, GkeCluster } from "../../../../components";
import { run, the } from "../engine";

export const ARGS: GkeClusterArgs = { project: "my-project", location: "us-east1", dnsEndpoint: true };
export const create = (args: Partial<GkeClusterArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new GkeCluster("infra", { ...ARGS, ...args }, opts);
export const resourcesOf = async (args: Partial<GkeClusterArgs> = {}) =>
  (await run(() => create(args))).resources;
export const inputsOf = async (kind: string, args: Partial<GkeClusterArgs> = {}, name?: string) =>
  the(await resourcesOf(args), kind, name).inputs;

export const ACCOUNT = "infra-1123b003";
export const EMAIL = `${ACCOUNT}@my-project.iam.gserviceaccount.com`;
export const MACHINE = {
  machineType: "e2-standard-4",
  diskSizeGb: 50,
  diskType: "pd-balanced",
  imageType: "COS_CONTAINERD",
  serviceAccount: EMAIL,
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
};

/** Settings of the CIS benchmark, with defaults. */
export const HARDENED = {
  databaseEncryption: { state: "ENCRYPTED", keyName: "infra-key-id" },
  binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
  enableIntranodeVisibility: true,
  securityPostureConfig: { mode: "BASIC" },
  rbacBindingConfig: {
    enableInsecureBindingSystemAuthenticated: false,
    enableInsecureBindingSystemUnauthenticated: false,
  },
  clusterAutoscaling: { enabled: false },
  nodePoolDefaults: { nodeConfigDefaults: { insecureKubeletReadonlyPortEnabled: "FALSE" } },
  loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] },
  monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: true } },
  notificationConfig: { pubsub: { enabled: true, topic: "infra-upgrades-id" } },
};
