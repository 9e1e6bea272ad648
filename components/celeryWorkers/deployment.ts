import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  CONTAINER_SECURITY,
  LOST_NODE_TOLERATIONS,
  placement,
  podSecurity,
  resources,
  spreadOut,
} from "../shared/pods";
import { STATE_DIR, VARIABLES } from "../shared/celery/contract";
import { environment, podLabels, trustMounts, trustVolumes } from "../shared/celery/environment";
import { probes, STATE_VOLUME } from "../shared/celery/probes";
import type { ResolvedWorkers } from "./resolve";

type Container = k8s.types.input.core.v1.Container;

/** What a stopping pod needs besides the time of its longest task. */
const STOP_SECONDS = 30;

export function deployment(workers: ResolvedWorkers): k8s.apps.v1.DeploymentArgs {
  return {
    metadata: { namespace: workers.namespace, labels: workers.labels },
    spec: {
      // An autoscaler's count must be nobody else's field.
      ...(workers.replicas !== undefined && { replicas: workers.replicas }),
      // A new pod consumes before an old one stops, so that an update costs no throughput.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: workers.selector },
      template: {
        metadata: { labels: podLabels(workers) },
        spec: {
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          securityContext: podSecurity(workers.runAsUser),
          terminationGracePeriodSeconds: workers.longestTaskSeconds + STOP_SECONDS,
          ...spreadOut(workers.spread, workers.selector),
          ...placement(workers, LOST_NODE_TOLERATIONS),
          containers: [workerContainer(workers)],
          volumes: [STATE_VOLUME, { name: "tmp", emptyDir: {} }, ...trustVolumes(workers)],
        },
      },
    },
  };
}

/** Lets a drain of Kubernetes nodes take a quarter of the workers at a time, one at least. */
export function disruptionBudget(workers: ResolvedWorkers): k8s.policy.v1.PodDisruptionBudgetArgs {
  return {
    metadata: { namespace: workers.namespace, labels: workers.labels },
    spec: {
      // Kubernetes rounds up.
      maxUnavailable: "25%",
      // A worker that is broken anyway must not block the drain that may mend it.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: workers.selector },
    },
  };
}

export function workerTimeouts(workers: ResolvedWorkers): pulumi.CustomTimeouts {
  return {
    create: workers.readyTimeout,
    update: workers.readyTimeout,
    // Every pod may have just begun its longest task.
    delete: `${workers.longestTaskSeconds + STOP_SECONDS + 300}s`,
  };
}

/** The command of the container, unless the user gave one. */
export function workerCommand(workers: ResolvedWorkers): string[] {
  return [
    "celery",
    "--app",
    workers.app,
    "worker",
    "--loglevel=INFO",
    `--queues=${workers.queues.join(",")}`,
    `--concurrency=${workers.concurrency}`,
    // Workers would wait half a minute for each other after the crash of a broker.
    "--without-mingle",
    "--without-gossip",
    ...(workers.observable ? [] : ["--without-heartbeat"]),
  ];
}

function workerContainer(workers: ResolvedWorkers): Container {
  return {
    name: "worker",
    image: workers.image,
    imagePullPolicy: "IfNotPresent",
    command: workers.command ?? workerCommand(workers),
    env: environment(workers, {
      [VARIABLES.queues]: workers.appQueues.join(","),
      [VARIABLES.prefetch]: String(workers.prefetch),
      [VARIABLES.longestTaskSeconds]: String(workers.longestTaskSeconds),
      [VARIABLES.observable]: String(workers.observable),
      [VARIABLES.stateDir]: STATE_DIR,
    }),
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
