import { z } from "zod";
import { JOB, JOB_ENVIRONMENT } from "../../components/celeryJob/validation";
import {
  BinaryAuthorization,
  EncryptionScope,
  MetricPackage,
  ReleaseChannel,
  UpgradeStrategy,
  Weekday,
} from "../../components/gkeCluster/choices";
import {
  backupRetainDays,
  backupSchedule,
  encryptionKey,
  soakMinutes,
  trustedImage,
} from "../../components/gkeCluster/securityValidation";
import { GKE_CLUSTER } from "../../components/gkeCluster/validation";
import { BROKER, certificates } from "../../components/rabbitMqCluster/validation";
import { app } from "../../components/shared/celery/checks";
import { className, namespaceName } from "../../components/shared/checks";
import { OnDelete, Spread } from "../../components/types";
import {
  checked,
  eachChecked,
  choice,
  filled,
  flag,
  json,
  matching,
  quantity,
  text,
  textMap,
  unlessEmpty,
  unlessZero,
  wholeNumber,
} from "./fields";
import {
  authorizedNetwork,
  beat,
  maintenanceExclusion,
  monitoring,
  plugin,
  scheduledDrills,
  toleration,
  workerPool,
} from "./parts";

// Pulumi.yaml describes every key and its default: the engine applies defaults before the program runs.

/** Kind of cluster that a stack runs on. */
export const Target = {
  /** On a GKE cluster that the stack creates. */
  Gke: "gke",
  /** On an existing cluster. */
  Existing: "existing",
  /** On the cluster that `make up` creates. */
  Local: "local",
} as const;
/** A value of the constant of the same name. */
export type Target = (typeof Target)[keyof typeof Target];

/** Encryption between clients and brokers. */
export const Tls = {
  /** TLS if `brokerTlsSecret` is set. */
  Auto: "auto",
  /** TLS with a certificate that the stack generates and renews. */
  Generated: "generated",
  /** No TLS, on purpose. */
  Off: "off",
} as const;
/** A value of the constant of the same name. */
export type Tls = (typeof Tls)[keyof typeof Tls];

const listOf = <T extends z.ZodType>(inner: T, fix: string, at = "[0]") => json(z.array(inner), { fix, at });
const mapOf = (name: string, fix: string) => json(textMap(fix), { fix, at: `.${name}` });
const namespace = (fix: string) => checked(text(fix), unlessEmpty(namespaceName));
const namespaces = (fix: string) => listOf(checked(text(fix), namespaceName), fix);

const place = {
  target: choice(Object.values(Target), Target.Existing),
  production: flag("false"),
  kubeContext: text("CONTEXT"),
  kubeconfigPath: text("~/.kube/config"),
  imageRepository: text("registry.example.com/team"),
  keepImages: wholeNumber("10", 1),
  platform: choice(["linux/amd64", "linux/arm64"], "linux/amd64"),
  rabbitmqBaseImage: text("registry.example.com/rabbitmq@sha256:DIGEST"),
  workerBaseImage: text("registry.example.com/python@sha256:DIGEST"),
  prometheusBaseImage: text("debian:trixie-slim"),
  drillsBaseImage: text("registry.example.com/node@sha256:DIGEST"),
  namespace: namespace("celery"),
  existingNamespace: namespace("celery"),
};

const cluster = {
  location: checked(text("us-east1"), unlessEmpty(GKE_CLUSTER.checks.location), "location"),
  nodes: wholeNumber("3", 1),
  nodeZones: listOf(text("us-east1-c"), "us-east1-c"),
  machineType: checked(filled("e2-standard-4"), unlessEmpty(GKE_CLUSTER.checks.machineType), "machineType"),
  diskGb: checked(wholeNumber("50"), GKE_CLUSTER.checks.diskGb, "diskGb"),
  spot: flag("false"),
  spotNodes: wholeNumber("3"),
  releaseChannel: choice(Object.values(ReleaseChannel), ReleaseChannel.Regular),
  dnsEndpoint: flag("true"),
  authorizedNetworks: listOf(authorizedNetwork, "203.0.113.7/32", "[0].cidr"),
  network: text("NETWORK"),
  subnetwork: text("SUBNETWORK"),
  maintenanceStart: text("03:00"),
  maintenanceHours: wholeNumber("4"),
  maintenanceDays: listOf(choice(Object.values(Weekday), Weekday.Sunday), Weekday.Sunday),
  maintenanceExclusions: listOf(maintenanceExclusion, "year-end", "[0].name"),
  nodeUpgrade: choice(Object.values(UpgradeStrategy), UpgradeStrategy.Surge),
  nodeUpgradeSoak: checked(wholeNumber("60"), soakMinutes, "nodeUpgradeSoak"),
  encryption: choice(Object.values(EncryptionScope), EncryptionScope.Secrets),
  encryptionKey: checked(
    text("projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY"),
    unlessEmpty(encryptionKey),
    "encryptionKey",
  ),
  keyRotationDays: wholeNumber("90", 1),
  binaryAuthorization: choice(Object.values(BinaryAuthorization), BinaryAuthorization.Project),
  trustedImages: listOf(
    checked(text("us-east1-docker.pkg.dev/my-project/**"), trustedImage),
    "us-east1-docker.pkg.dev/my-project/**",
  ),
  flowLogs: flag("true"),
  intranodeVisibility: flag("true"),
  securityPosture: flag("true"),
  systemGroupBindings: flag("false"),
  kubeletReadOnlyPort: flag("false"),
  clusterNotifications: flag("true"),
  clusterMetrics: listOf(choice(Object.values(MetricPackage), MetricPackage.System), MetricPackage.System),
  backupSchedule: checked(text("0 2 * * *"), unlessEmpty(backupSchedule), "backupSchedule"),
  backupRetainDays: checked(wholeNumber("7"), backupRetainDays, "backupRetainDays"),
  backupNamespaces: namespaces("celery"),
  imageScanning: flag("true"),
  clusterLabels: eachChecked(mapOf("team", "orders"), (labels) =>
    GKE_CLUSTER.checks.labels("labels", labels),
  ),
};

const broker = {
  brokerReplicas: checked(wholeNumber("3"), BROKER.checks.replicas, "replicas"),
  brokerCpu: quantity("1"),
  brokerMemory: quantity("2Gi"),
  brokerStorage: quantity("10Gi"),
  brokerStorageClass: checked(text("standard"), className),
  storageOnDelete: choice(Object.values(OnDelete), OnDelete.Retain),
  brokerSpread: choice(Object.values(Spread), Spread.Required),
  brokerConfig: eachChecked(mapOf("KEY", "VALUE"), (config) => BROKER.checks.config("config", config)),
  brokerPlugins: listOf(plugin, "rabbitmq_shovel"),
  brokerNodeSelector: mapOf("pool", "broker"),
  brokerTolerations: listOf(toleration, "KEY", "[0].key"),
  brokerPriorityClass: text("high"),
  brokerTls: choice(Object.values(Tls), Tls.Auto),
  brokerTlsSecret: text("NAME"),
  brokerTlsServerName: text("rabbitmq.example.com"),
  brokerTlsInterNode: flag("false"),
  brokerTlsAuthority: checked(text('"$(cat ca.crt)"'), unlessEmpty(certificates)),
  vhost: checked(text("celery"), BROKER.checks.vhost, "vhost"),
  brokerUser: checked(text("celery"), BROKER.checks.username, "username"),
  passwordRevision: wholeNumber("0"),
  clientNamespaces: namespaces("shop"),
  managementNamespaces: namespaces("keda"),
  monitoringNamespaces: namespaces("monitoring"),
  deletionProtection: flag("true"),
};

const work = {
  workerContext: filled("docker/worker"),
  workerApp: checked(text("counter.tasks"), app, "app"),
  workerPools: json(z.array(workerPool).min(1, "no worker would run the tasks"), {
    fix: "default",
    at: "[0].name",
  }),
  inject: flag("true"),
  beat: json(beat, { fix: "true", at: ".enabled" }),
  monitoring: json(monitoring, { fix: "true", at: ".enabled" }),
  scheduledDrills: json(scheduledDrills, { fix: "pod-delete", at: ".scenes[0]" }),
  resultBackendSecret: text("NAME"),
  resultBackendKey: filled("url"),
  scheduleTasks: checked(wholeNumber("10000"), unlessZero(JOB.checks.tasks), "tasks"),
  scheduleRun: checked(text("run-1"), JOB.checks.run, "run"),
  scheduleEnv: eachChecked(mapOf("NAME", "VALUE"), (env) => JOB_ENVIRONMENT.problems({ env })),
  ledger: flag("false"),
  readyTimeout: matching(/^0*[1-9]\d*[smh]$/, "not a duration such as 90s, 10m or 1h", "20m"),
};

/** Type of every key. */
export const schema = z.object({ ...place, ...cluster, ...broker, ...work });

/** The stack's configuration, checked and typed. */
export interface Settings extends z.output<typeof schema> {
  /** Google Cloud project, `gcp:project`. Empty if not set. */
  project: string;
}
