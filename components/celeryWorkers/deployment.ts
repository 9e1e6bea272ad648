import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  CONTAINER_SECURITY,
  LOG_AS_MESSAGE,
  LOST_NODE_TOLERATIONS,
  type OwnContainer,
  REVISION_LABEL,
  placement,
  podSecurity,
  resources,
  spreadOut,
} from "../shared/pods";
import type { PackageNames } from "../inject/objects";
import { podAnnotations, podSpec } from "../podOptions/pod";
import { STATE_DIR, VARIABLES } from "../shared/celery/contract";
import { environment, podLabels, trustMounts, trustVolumes } from "../shared/celery/environment";
import { metricsAnnotations, metricsPorts, metricsVariables } from "../shared/celery/metrics";
import { probes, STATE_VOLUME } from "../shared/celery/probes";
import type { BuiltDeployment } from "../transform/args";
import type { ResolvedWorkers } from "./resolve";

/** Time that a stopping pod needs in addition to its longest task. */
const STOP_SECONDS = 30;

export function deployment(workers: ResolvedWorkers, packageNames?: PackageNames): BuiltDeployment {
  return {
    metadata: { namespace: workers.namespace, labels: workers.labels },
    spec: {
      // An autoscaler must be the only owner of this field.
      ...(workers.replicas !== undefined && { replicas: workers.replicas }),
      // A new pod consumes before an old one stops, so that an update does not reduce throughput.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: workers.selector },
      template: {
        metadata: { labels: podLabels(workers), ...podAnnotations(workers.pod, metricsAnnotations(workers)) },
        spec: podSpec(
          {
            enableServiceLinks: false,
            // As process 1, a worker that has just started ignores SIGTERM, and is only killed after its grace period.
            shareProcessNamespace: true,
            securityContext: podSecurity(workers.runAsUser),
            terminationGracePeriodSeconds: workers.longestTaskSeconds + STOP_SECONDS,
            ...spreadOut(workers.spread, workers.selector, REVISION_LABEL),
            ...placement(workers, LOST_NODE_TOLERATIONS),
            containers: [workerContainer(workers)],
            volumes: [STATE_VOLUME, { name: "tmp", emptyDir: {} }, ...trustVolumes(workers)],
          },
          workers.pod,
          packageNames,
        ),
      },
    },
  };
}

/** Lets a drain of Kubernetes nodes evict a quarter of the workers at a time, and at least one. */
export function disruptionBudget(workers: ResolvedWorkers): k8s.policy.v1.PodDisruptionBudgetArgs {
  return {
    metadata: { namespace: workers.namespace, labels: workers.labels },
    spec: {
      // Kubernetes rounds up.
      maxUnavailable: "25%",
      // An unhealthy worker must not block the drain that may fix it.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: workers.selector },
    },
  };
}

export function workerTimeouts(workers: ResolvedWorkers): pulumi.CustomTimeouts {
  return {
    create: workers.readyTimeout,
    update: workers.readyTimeout,
    // Every pod may have just started its longest task.
    delete: `${workers.longestTaskSeconds + STOP_SECONDS + 300}s`,
  };
}

export function workerCommand(workers: ResolvedWorkers): string[] {
  return [
    "celery",
    "--app",
    workers.app,
    "worker",
    "--loglevel=INFO",
    `--queues=${workers.queues.join(",")}`,
    ...(workers.pool ? [`--pool=${workers.pool}`] : []),
    `--concurrency=${workers.concurrency}`,
    // Stops a worker whose app is not configured by the ha_celery package.
    "--include=ha_celery.required",
    // Otherwise, workers wait half a minute for each other after a broker crash.
    "--without-mingle",
    "--without-gossip",
    ...(workers.observable ? [] : ["--without-heartbeat"]),
  ];
}

function workerContainer(workers: ResolvedWorkers): OwnContainer {
  return {
    name: "worker",
    image: workers.image,
    imagePullPolicy: "IfNotPresent",
    ...LOG_AS_MESSAGE,
    command: workers.command ?? workerCommand(workers),
    env: environment(workers, {
      [VARIABLES.queues]: workers.appQueues.join(","),
      ...(workers.prefetch !== undefined && { [VARIABLES.prefetch]: String(workers.prefetch) }),
      [VARIABLES.longestTaskSeconds]: String(workers.longestTaskSeconds),
      [VARIABLES.observable]: String(workers.observable),
      [VARIABLES.stateDir]: STATE_DIR,
      ...metricsVariables(workers),
    }),
    ...metricsPorts(workers),
    resources: resources(workers.compute),
    securityContext: CONTAINER_SECURITY,
    ...probes("consuming"),
    volumeMounts: [
      { name: "state", mountPath: STATE_DIR },
      { name: "tmp", mountPath: "/tmp" },
      ...trustMounts(workers),
    ],
  };
}
