import type { V1Deployment, V1Namespace, V1Service, V1StatefulSet } from "@kubernetes/client-node";

export const NAMESPACE = "seed";
export const BROKER = "rmq";
export const WORKERS = "counter";
export const REPLICAS = 3;
export const VHOST = "my_vhost";
/** The queue of an app that names none. */
export const QUEUE = "celery";
/** As in bench/compare/seed/rabbitmq/definitions.json. */
export const LOGIN = { user: "my_user", password: "my_pass" };

/** By which the drill's scenes tell pods that belong to an installation from others on a node. */
const PART_OF = { "app.kubernetes.io/part-of": "ha-celery" };

const labelsOf = (app: string) => ({ app, ...PART_OF });

export const namespace = (): V1Namespace => ({ metadata: { name: NAMESPACE } });

export function brokerService(): V1Service {
  return {
    metadata: { name: BROKER, namespace: NAMESPACE },
    spec: {
      clusterIP: "None",
      selector: { app: BROKER },
      // The seed has no readiness probe, so that its pods have names from their first second on.
      publishNotReadyAddresses: true,
      ports: [
        { name: "amqp", port: 5672 },
        { name: "management", port: 15672 },
        { name: "epmd", port: 4369 },
        { name: "distribution", port: 25672 },
      ],
    },
  };
}

/** The seed's StatefulSet, on as much processor time and memory as our brokers have. */
export function brokerSet(image: string): V1StatefulSet {
  return {
    metadata: { name: BROKER, namespace: NAMESPACE },
    spec: {
      serviceName: BROKER,
      replicas: REPLICAS,
      selector: { matchLabels: { app: BROKER } },
      volumeClaimTemplates: [
        {
          metadata: { name: BROKER },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
        },
      ],
      template: {
        metadata: { labels: labelsOf(BROKER) },
        spec: {
          enableServiceLinks: false,
          securityContext: { runAsUser: 999, runAsGroup: 999, fsGroup: 999 },
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: {
                    labelSelector: { matchLabels: { app: BROKER } },
                    topologyKey: "kubernetes.io/hostname",
                  },
                },
              ],
            },
          },
          // Broker nodes have short names: rabbit@rmq-0.
          dnsConfig: { searches: [`${BROKER}.${NAMESPACE}.svc.cluster.local`] },
          containers: [
            {
              // The drill looks for a broker's processes under this name.
              name: "rabbitmq",
              image,
              env: [{ name: "ERLANG_COOKIE", value: "changeThis" }],
              volumeMounts: [{ name: BROKER, mountPath: "/var/lib/rabbitmq" }],
              // One after the other: each joins the ones before it.
              readinessProbe: { tcpSocket: { port: 5672 }, periodSeconds: 2 },
              resources: { requests: { cpu: "200m", memory: "1Gi" }, limits: { memory: "1Gi" } },
            },
          ],
        },
      },
    },
  };
}

/** The seed's three workers, with as many slots as ours. */
export function workers(image: string, concurrency: number): V1Deployment {
  return {
    metadata: { name: WORKERS, namespace: NAMESPACE, labels: { "app.kubernetes.io/instance": WORKERS } },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: { app: WORKERS } },
      template: {
        metadata: { labels: labelsOf(WORKERS) },
        spec: {
          enableServiceLinks: false,
          // Else all three may end up on one node, and a drill would compare luck.
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: {
                    labelSelector: { matchLabels: { app: WORKERS } },
                    topologyKey: "kubernetes.io/hostname",
                  },
                },
              ],
            },
          },
          containers: [
            {
              name: "worker",
              image,
              command: ["celery", "-A", "tasks", "worker", "--loglevel=info", `--concurrency=${concurrency}`],
              // Read by the drill alone, which asks every pool for its queue.
              env: [{ name: "HA_CELERY_QUEUES", value: QUEUE }],
              resources: { requests: { cpu: "100m", memory: "384Mi" }, limits: { memory: "384Mi" } },
            },
          ],
        },
      },
    },
  };
}
