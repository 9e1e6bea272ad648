import type { V1Deployment, V1Namespace, V1Service, V1StatefulSet } from "@kubernetes/client-node";

export const NAMESPACE = "seed";
export const BROKER = "rmq";
export const WORKERS = "counter";
export const REPLICAS = 3;
export const VHOST = "my_vhost";
/** Default queue of a Celery app. */
export const QUEUE = "celery";
/** Must match bench/compare/seed/rabbitmq/definitions.json. */
export const LOGIN = { user: "my_user", password: "my_pass" };

/** Identifies the pods of an installation for the drill's scenes. */
const PART_OF = { "app.kubernetes.io/part-of": "ha-celery" };

const labelsOf = (app: string) => ({ app, ...PART_OF });

export const namespace = (): V1Namespace => ({ metadata: { name: NAMESPACE } });

export function brokerService(): V1Service {
  return {
    metadata: { name: BROKER, namespace: NAMESPACE },
    spec: {
      clusterIP: "None",
      selector: { app: BROKER },
      // The seed has no readiness probe, so its pods have DNS names immediately.
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

/** The seed's StatefulSet, with the same CPU and memory as our brokers. */
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
          // Resolves the short names of broker nodes, such as rabbit@rmq-0.
          dnsConfig: { searches: [`${BROKER}.${NAMESPACE}.svc.cluster.local`] },
          containers: [
            {
              // The drill expects this name of a broker's container.
              name: "rabbitmq",
              image,
              env: [{ name: "ERLANG_COOKIE", value: "changeThis" }],
              volumeMounts: [{ name: BROKER, mountPath: "/var/lib/rabbitmq" }],
              // The brokers start in sequence, and each joins the earlier ones.
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
          // Otherwise, all three could run on one node, and the result would depend on chance.
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
              // Only the drill reads this, to find the queue of the pool.
              env: [{ name: "HA_CELERY_QUEUES", value: QUEUE }],
              resources: { requests: { cpu: "100m", memory: "384Mi" }, limits: { memory: "384Mi" } },
            },
          ],
        },
      },
    },
  };
}
