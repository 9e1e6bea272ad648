import type { V1ConfigMap, V1Deployment, V1PodAntiAffinity } from "@kubernetes/client-node";

export const WORKERS = "counter";
/** Default queue of a Celery app. */
export const QUEUE = "celery";
/** Every design has three brokers and three workers, like ours. */
export const REPLICAS = 3;
/** Command of the publisher, which all peers share. */
export const SCHEDULER = ["python", "/peer/scheduler.py"];

const APP = "app";

/** Identifies the pods of an installation for the drill's scenes. */
const PART_OF = { "app.kubernetes.io/part-of": "ha-celery" };

export const labelsOf = (app: string): Record<string, string> => ({ app, ...PART_OF });

/** Spreads pods over the nodes. Otherwise, all could run on one node, and the result would depend on chance. */
export const spread = (app: string): V1PodAntiAffinity => ({
  preferredDuringSchedulingIgnoredDuringExecution: [
    {
      weight: 100,
      podAffinityTerm: { labelSelector: { matchLabels: { app } }, topologyKey: "kubernetes.io/hostname" },
    },
  ],
});

/** The Celery app of a design (`tasks.py`) and the scheduler. */
export const appConfigMap = (namespace: string, files: Record<string, string>): V1ConfigMap => ({
  metadata: { name: APP, namespace },
  data: files,
});

/** The three workers of a design, with as many slots as ours. Settings are in the app. */
export const workers = (namespace: string, image: string, concurrency: number): V1Deployment => ({
  metadata: { name: WORKERS, namespace, labels: { "app.kubernetes.io/instance": WORKERS } },
  spec: {
    replicas: REPLICAS,
    selector: { matchLabels: { app: WORKERS } },
    template: {
      metadata: { labels: labelsOf(WORKERS) },
      spec: {
        enableServiceLinks: false,
        affinity: { podAntiAffinity: spread(WORKERS) },
        volumes: [{ name: APP, configMap: { name: APP } }],
        containers: [
          {
            name: "worker",
            image,
            command: ["celery", "-A", "tasks", "worker", "--loglevel=info", `--concurrency=${concurrency}`],
            env: [
              { name: "PYTHONPATH", value: "/peer:/app" },
              // Only the drill reads this, to find the queue of the pool.
              { name: "HA_CELERY_QUEUES", value: QUEUE },
            ],
            volumeMounts: [{ name: APP, mountPath: "/peer" }],
            resources: { requests: { cpu: "100m", memory: "384Mi" }, limits: { memory: "384Mi" } },
          },
        ],
      },
    },
  },
});
