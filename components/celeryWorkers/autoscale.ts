import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { SecretKey } from "../types";
import type { ResolvedAutoscale, ResolvedWorkers } from "./resolve";

type Name = pulumi.Input<string>;
type Behavior = k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior;
type CustomResource = k8s.apiextensions.CustomResourceArgs;

/** Workers that scale by themselves. */
export interface ScaledWorkers extends ResolvedWorkers {
  autoscale: ResolvedAutoscale;
}

/** Whether an autoscaler sets the number of pods. */
export const hasAutoscale = (workers: ResolvedWorkers): workers is ScaledWorkers =>
  workers.autoscale !== undefined;

const KEDA = "keda.sh/v1alpha1";
/** RabbitMQ renews its counts every 5 s; KEDA by itself asks every 30 s. */
const POLLING_SECONDS = 15;
/** Bounds of the wait before pods are taken away: Kubernetes' default, and the longest that it takes. */
const STABILIZATION_SECONDS = { least: 300, most: 3600 };

export function horizontalPodAutoscaler(
  workers: ScaledWorkers,
  target: Name,
): k8s.autoscaling.v2.HorizontalPodAutoscalerArgs {
  const { minReplicas, maxReplicas, cpuPercent } = workers.autoscale;
  return {
    metadata: {
      namespace: workers.namespace,
      labels: workers.labels,
      // A pool that changes to queue length has this and KEDA's object for a moment, which KEDA would else refuse for ever.
      annotations: { "validations.keda.sh/hpa-ownership": "false" },
    },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target },
      minReplicas,
      maxReplicas,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuPercent } },
        },
      ],
      behavior: behavior(workers),
    },
  };
}

/** How KEDA signs in to the management API. */
export function triggerAuthentication(
  workers: ScaledWorkers,
  management: SecretKey,
  tls: Name | undefined,
): CustomResource {
  const { trust } = workers.broker;
  return {
    apiVersion: KEDA,
    kind: "TriggerAuthentication",
    metadata: { namespace: workers.namespace, labels: workers.labels },
    spec: {
      secretTargetRef: [
        { parameter: "host", name: management.secretName, key: management.key },
        ...(trust ? [{ parameter: "ca", name: trust.authority.secretName, key: trust.authority.key }] : []),
      ],
      ...(tls && { configMapTargetRef: [{ parameter: "tls", name: tls, key: "tls" }] }),
    },
  };
}

/** KEDA looks at the authority only when `tls` says so, and takes that from an object of its own alone. */
export function triggerTls(workers: ScaledWorkers): k8s.core.v1.ConfigMapArgs {
  return { metadata: { namespace: workers.namespace, labels: workers.labels }, data: { tls: "enable" } };
}

export function scaledObject(workers: ScaledWorkers, target: Name, authentication: Name): CustomResource {
  const { minReplicas, maxReplicas, tasksPerReplica } = workers.autoscale;
  return {
    apiVersion: KEDA,
    kind: "ScaledObject",
    metadata: { namespace: workers.namespace, labels: workers.labels },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target },
      minReplicaCount: minReplicas,
      maxReplicaCount: maxReplicas,
      pollingInterval: POLLING_SECONDS,
      // The wait before the last pod goes; `behavior` is for all others.
      cooldownPeriod: stabilizationSeconds(workers),
      advanced: {
        horizontalPodAutoscalerConfig: {
          // KEDA's own, made of the ScaledObject's generated one, may exceed the 63 characters that it allows.
          name: `${workers.name}-autoscaler`,
          behavior: behavior(workers),
        },
      },
      triggers: [
        {
          type: "rabbitmq",
          metricType: "AverageValue",
          metadata: {
            protocol: "http",
            // One pattern, since of several triggers the largest counts, not the sum; and a queue that nobody declared yet is no error.
            queueName: pattern(workers.queues),
            useRegex: "true",
            operation: "sum",
            mode: "QueueLength",
            value: String(tasksPerReplica),
            excludeUnacknowledged: "false",
          },
          authenticationRef: { name: authentication },
        },
      ],
    },
  };
}

const pattern = (queues: string[]) => `^(${queues.map((queue) => queue.replace(/\./g, "\\.")).join("|")})$`;

/** A removed pod stays until its tasks end, so removing pods faster than that and adding them again would pile them up. */
function stabilizationSeconds({ longestTaskSeconds }: ResolvedWorkers): number {
  return Math.min(Math.max(longestTaskSeconds, STABILIZATION_SECONDS.least), STABILIZATION_SECONDS.most);
}

/** More at once, fewer by a quarter a minute, as in a drain. */
function behavior(workers: ResolvedWorkers): Behavior {
  return {
    scaleDown: {
      stabilizationWindowSeconds: stabilizationSeconds(workers),
      selectPolicy: "Max",
      policies: [
        { type: "Percent", value: 25, periodSeconds: 60 },
        { type: "Pods", value: 1, periodSeconds: 60 },
      ],
    },
  };
}
