import type {
  KubernetesObject,
  V1ConfigMap,
  V1PodDisruptionBudget,
  V1PodSpec,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node";
import { labelsOf, REPLICAS } from "../workers";

/**
 * RabbitMQ as the cluster-operator deploys a RabbitmqCluster named "rabbitmq" with three replicas, written from its
 * documentation: https://www.rabbitmq.com/kubernetes/operator/using-operator and the reference of its API. CPU and
 * memory are those of all designs. Permissions for peer discovery are missing, because RabbitMQ needs none since 4.1.
 */
const CLUSTER = "rabbitmq";
export const SET = `${CLUSTER}-server`;
const NODES = `${CLUSTER}-nodes`;
export const LOGIN = { user: "celery", password: "celery" };
export const MANAGEMENT_URL = `http://${LOGIN.user}:${LOGIN.password}@${CLUSTER}:15672`;

/** Suffix of the node names after the pod's name. */
export const domainOf = (namespace: string): string => `${NODES}.${namespace}`;

const DATA = "persistence";
const PLUGINS = ["rabbitmq_peer_discovery_k8s", "rabbitmq_prometheus", "rabbitmq_management"];
/** A week, so that a broker waits as long as it must for a quorum without it. */
const GRACE_SECONDS = 604_800;

/** The operator's defaults, or those with the changes of its example "production-ready". */
export interface OperatorOptions {
  readonly namespace: string;
  readonly image: string;
  readonly productionReady: boolean;
}

export function brokerObjects(options: OperatorOptions): KubernetesObject[] {
  return [
    configMap(options),
    nodesService(options),
    clientService(options),
    brokerSet(options),
    ...(options.productionReady ? [disruptionBudget(options)] : []),
  ];
}

function configMap({ namespace, productionReady }: OperatorOptions): V1ConfigMap {
  const defaults = [
    "log.console = true",
    "queue_master_locator = min-masters",
    "disk_free_limit.absolute = 2GB",
    "cluster_partition_handling = pause_minority",
    "cluster_formation.peer_discovery_backend = rabbit_peer_discovery_k8s",
    "cluster_formation.k8s.host = kubernetes.default",
    "cluster_formation.k8s.address_type = hostname",
    `cluster_formation.target_cluster_size_hint = ${REPLICAS}`,
    `cluster_name = ${CLUSTER}`,
    "auth_mechanisms.1 = PLAIN",
    "auth_mechanisms.2 = AMQPLAIN",
  ];
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: SET, namespace },
    data: {
      "operatorDefaults.conf": lines(defaults),
      "default_user.conf": lines([`default_user = ${LOGIN.user}`, `default_pass = ${LOGIN.password}`]),
      "userDefinedConfiguration.conf": productionReady
        ? lines(["disk_free_limit.relative = 1.0", "collect_statistics_interval = 10000"])
        : "",
      enabled_plugins: `[${PLUGINS.join()}].\n`,
    },
  };
}

const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;

const nodesService = ({ namespace }: OperatorOptions): V1Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: NODES, namespace },
  spec: {
    clusterIP: "None",
    publishNotReadyAddresses: true,
    selector: { app: SET },
    ports: [
      { name: "epmd", port: 4369 },
      { name: "cluster-rpc", port: 25672 },
    ],
  },
});

const clientService = ({ namespace }: OperatorOptions): V1Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: CLUSTER, namespace },
  spec: {
    selector: { app: SET },
    ports: [
      { name: "amqp", port: 5672 },
      { name: "management", port: 15672 },
      { name: "prometheus", port: 15692 },
    ],
  },
});

const disruptionBudget = ({ namespace }: OperatorOptions): V1PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: SET, namespace },
  spec: { maxUnavailable: 1, selector: { matchLabels: { app: SET } } },
});

const brokerSet = (options: OperatorOptions): V1StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: SET, namespace: options.namespace },
  spec: {
    serviceName: NODES,
    replicas: REPLICAS,
    podManagementPolicy: "Parallel",
    selector: { matchLabels: { app: SET } },
    volumeClaimTemplates: [
      {
        metadata: { name: DATA },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
      },
    ],
    template: { metadata: { labels: labelsOf(SET) }, spec: podSpec(options) },
  },
});

function podSpec({ image, productionReady }: OperatorOptions): V1PodSpec {
  const selector = { matchLabels: { app: SET } };
  const topologyKey = "topology.kubernetes.io/zone";
  return {
    enableServiceLinks: false,
    securityContext: { runAsUser: 999, runAsGroup: 999, fsGroup: 999, runAsNonRoot: true },
    terminationGracePeriodSeconds: GRACE_SECONDS,
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey, whenUnsatisfiable: "ScheduleAnyway", labelSelector: selector },
    ],
    affinity: productionReady
      ? {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: selector, topologyKey: "kubernetes.io/hostname" },
            ],
          },
        }
      : undefined,
    volumes: [
      { name: "configuration", configMap: { name: SET } },
      { name: "home", emptyDir: {} },
      { name: "plugins", emptyDir: {} },
    ],
    initContainers: [
      {
        name: "setup-container",
        image,
        command: [
          "sh",
          "-c",
          "printf erlang-cookie > /home-of-broker/.erlang.cookie && chmod 600 /home-of-broker/.erlang.cookie && " +
            // The operator delays each start, so that DNS knows the pod.
            "cp /configuration/enabled_plugins /operator/ && sleep 30",
        ],
        volumeMounts: [
          { name: "configuration", mountPath: "/configuration" },
          { name: "home", mountPath: "/home-of-broker" },
          { name: "plugins", mountPath: "/operator" },
        ],
      },
    ],
    containers: [
      {
        name: "rabbitmq",
        image,
        env: [
          { name: "MY_POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          { name: "MY_POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
          { name: "K8S_SERVICE_NAME", value: NODES },
          { name: "RABBITMQ_ENABLED_PLUGINS_FILE", value: "/operator/enabled_plugins" },
          { name: "RABBITMQ_USE_LONGNAME", value: "true" },
          {
            name: "RABBITMQ_NODENAME",
            value: "rabbit@$(MY_POD_NAME).$(K8S_SERVICE_NAME).$(MY_POD_NAMESPACE)",
          },
          { name: "K8S_HOSTNAME_SUFFIX", value: ".$(K8S_SERVICE_NAME).$(MY_POD_NAMESPACE)" },
        ],
        ports: [
          { name: "amqp", containerPort: 5672 },
          { name: "management", containerPort: 15672 },
        ],
        volumeMounts: [
          { name: "home", mountPath: "/var/lib/rabbitmq" },
          { name: DATA, mountPath: "/var/lib/rabbitmq/mnesia" },
          { name: "plugins", mountPath: "/operator" },
          ...["10-operatorDefaults", "11-default_user", "90-userDefinedConfiguration"].map((file) => ({
            name: "configuration",
            mountPath: `/etc/rabbitmq/conf.d/${file}.conf`,
            subPath: `${file.slice(3)}.conf`,
          })),
        ],
        startupProbe: {
          httpGet: { path: "/api/health/checks/reached-target-cluster-size", port: "management" },
          initialDelaySeconds: 10,
          timeoutSeconds: 5,
          periodSeconds: 10,
          failureThreshold: 30,
        },
        readinessProbe: {
          tcpSocket: { port: "amqp" },
          initialDelaySeconds: 10,
          timeoutSeconds: 5,
          periodSeconds: 10,
          failureThreshold: 3,
        },
        lifecycle: {
          preStop: {
            exec: {
              command: [
                "bash",
                "-c",
                `rabbitmq-upgrade await_online_quorum_plus_one -t ${GRACE_SECONDS} && ` +
                  `rabbitmq-upgrade drain -t ${GRACE_SECONDS}`,
              ],
            },
          },
        },
        resources: { requests: { cpu: "200m", memory: "1Gi" }, limits: { memory: "1Gi" } },
      },
    ],
  };
}
