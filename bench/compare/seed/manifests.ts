import type { V1Service, V1StatefulSet } from "@kubernetes/client-node";
import { labelsOf, REPLICAS, spread } from "../workers";

export const NAMESPACE = "seed";
export const BROKER = "rmq";
export const VHOST = "my_vhost";
/** Must match bench/compare/seed/rabbitmq/definitions.json. */
export const LOGIN = { user: "my_user", password: "my_pass" };

export function brokerService(): V1Service {
  return {
    apiVersion: "v1",
    kind: "Service",
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
    apiVersion: "apps/v1",
    kind: "StatefulSet",
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
          affinity: { podAntiAffinity: spread(BROKER) },
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
