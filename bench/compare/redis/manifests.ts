import type {
  KubernetesObject,
  V1ConfigMap,
  V1Container,
  V1PodDisruptionBudget,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node";
import { labelsOf, REPLICAS, spread } from "../workers";

export const NAMESPACE = "peer-redis";
export const REDIS = "redis";
const CONFIG = "config";
const DATA = "data";
const UID = 999;

/**
 * Three nodes with Redis and Sentinel each, example 2 of Redis's page on Sentinel. The start and the hand-over before a
 * stop do what the chart of Bitnami documents, because Redis has no page on Kubernetes for this.
 */
export function brokerObjects(image: string, files: Record<string, string>): KubernetesObject[] {
  return [configMap(files), service(), disruptionBudget(), nodes(image)];
}

const configMap = (files: Record<string, string>): V1ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: REDIS, namespace: NAMESPACE },
  data: files,
});

const service = (): V1Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: REDIS, namespace: NAMESPACE },
  spec: {
    clusterIP: "None",
    publishNotReadyAddresses: true,
    selector: { app: REDIS },
    ports: [
      { name: "redis", port: 6379 },
      { name: "sentinel", port: 26379 },
    ],
  },
});

const disruptionBudget = (): V1PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: REDIS, namespace: NAMESPACE },
  spec: { maxUnavailable: 1, selector: { matchLabels: { app: REDIS } } },
});

const nodes = (image: string): V1StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: REDIS, namespace: NAMESPACE },
  spec: {
    serviceName: REDIS,
    replicas: REPLICAS,
    selector: { matchLabels: { app: REDIS } },
    volumeClaimTemplates: [
      {
        metadata: { name: DATA },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
      },
    ],
    template: {
      metadata: { labels: labelsOf(REDIS) },
      spec: {
        enableServiceLinks: false,
        securityContext: { runAsUser: UID, runAsGroup: UID, fsGroup: UID, runAsNonRoot: true },
        affinity: { podAntiAffinity: spread(REDIS) },
        volumes: [{ name: CONFIG, configMap: { name: REDIS } }],
        containers: [
          {
            ...container(image, "redis", 6379),
            lifecycle: { preStop: { exec: { command: ["sh", "/config/stop-redis"] } } },
            resources: { requests: { cpu: "200m", memory: "960Mi" }, limits: { memory: "960Mi" } },
          },
          {
            ...container(image, "sentinel", 26379),
            resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "64Mi" } },
          },
        ],
      },
    },
  },
});

const container = (image: string, name: string, port: number): V1Container => ({
  name,
  image,
  command: ["sh", `/config/start-${name}`],
  env: [
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "DOMAIN", value: `${REDIS}.${NAMESPACE}.svc.cluster.local` },
  ],
  ports: [{ name, containerPort: port }],
  volumeMounts: [
    { name: CONFIG, mountPath: "/config" },
    { name: DATA, mountPath: "/data" },
  ],
  readinessProbe: { tcpSocket: { port }, periodSeconds: 2 },
});
