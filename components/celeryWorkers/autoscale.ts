import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { SecretKey } from "../types";
import type { ResolvedAutoscale, ResolvedWorkers } from "./resolve";

type Name = pulumi.Input<string>;
type Behavior = k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior;
type CustomResource = k8s.apiextensions.CustomResourceArgs;

/** Workers with autoscaling. */
export interface ScaledWorkers extends ResolvedWorkers {
  autoscale: ResolvedAutoscale;
}

/** Whether an autoscaler sets the number of pods. */
export const hasAutoscale = (workers: ResolvedWorkers): workers is ScaledWorkers =>
  workers.autoscale !== undefined;

const KEDA = "keda.sh/v1alpha1";
/** RabbitMQ updates its counts every 5 s; KEDA's default is 30 s. */
const POLLING_SECONDS = 15;
/** Bounds of the stabilization window: the default of Kubernetes, and its maximum. */
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
      // A pool that changes to `queueLength` briefly has this object and KEDA's, which KEDA would otherwise reject
      // permanently.
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

/** Credentials with which KEDA uses the management API. */
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

/** Enables TLS in KEDA, which otherwise ignores the CA certificate and reads this flag only from a separate object. */
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
      // Applies to the last pod; `behavior` applies to all others.
      cooldownPeriod: stabilizationSeconds(workers),
      advanced: {
        horizontalPodAutoscalerConfig: {
          // The default name contains the ScaledObject's generated name and may exceed KEDA's limit of 63 characters.
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
            // One pattern, because several triggers yield the maximum instead of the sum. It also ignores
            // undeclared queues.
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

/** A removed pod runs until its tasks end, so scaling down faster than that and up again would accumulate pods. */
function stabilizationSeconds({ longestTaskSeconds }: ResolvedWorkers): number {
  return Math.min(Math.max(longestTaskSeconds, STABILIZATION_SECONDS.least), STABILIZATION_SECONDS.most);
}

/** Scales up at once, and down by a quarter of the pods per minute, as a drain does. */
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
