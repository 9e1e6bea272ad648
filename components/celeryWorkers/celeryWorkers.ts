import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  type ScaledWorkers,
  horizontalPodAutoscaler,
  scaledObject,
  hasAutoscale,
  triggerAuthentication,
  triggerTls,
} from "./autoscale";
import { deployment, disruptionBudget, workerTimeouts } from "./deployment";
import { packageOf } from "../inject/package";
import { resolveWorkers } from "./resolve";
import { CELERY_WORKERS } from "./validation";
import { admitMonitoring } from "../shared/celery/metrics";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import { warnOfShortDrain } from "../shared/nodeDrain";
import { PartsOf } from "../shared/partsOf";
import { ScaleBy } from "../types";
import { WORKERS_GUARDS } from "../transform/guards";
import { transformed } from "../transform/transformed";
import type { CeleryWorkersArgs } from "./args";

interface Parts {
  deployment: k8s.apps.v1.Deployment;
}
const parts = new PartsOf<CeleryWorkers, Parts>();

/**
 * A pool of Celery workers that loses no task. A task is acknowledged after it has run, returns to its queue if
 * its pod dies, and finishes before its pod is replaced. A pod is ready while it consumes.
 *
 * The liveness and readiness probes require `find` of GNU findutils, which every Debian-based image has.
 *
 * @example
 * ```ts
 * new CeleryWorkers(
 *   "mail",
 *   { namespace: "jobs", image: app.ref, app: "mail.tasks", broker: broker.connection, queues: ["mail"], longestTaskSeconds: 120 },
 *   { provider: cluster.provider },
 * );
 * ```
 */
export class CeleryWorkers extends pulumi.ComponentResource {
  /** Name of the Deployment. */
  readonly deploymentName: pulumi.Output<string>;
  /** Queues that the workers consume. */
  readonly queues: pulumi.Output<string[]>;

  /**
   * @param name DNS label of at most 40 characters; unique in the namespace.
   * @param args See `CeleryWorkersArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: CeleryWorkersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:CeleryWorkers", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, CELERY_WORKERS);
    const workers = resolveWorkers(name, args);
    warnOfShortDrain(this, name, {
      argument: "longestTaskSeconds",
      seconds: workers.longestTaskSeconds,
      consequence:
        "Tasks that take longer are killed and run again. Split them, make them resumable, or lower longestTaskSeconds.",
    });

    const packageNames = packageOf(this, workers, opts?.parent);
    const pods = new k8s.apps.v1.Deployment(
      `${name}-workers`,
      transformed(this, workers, "deployment", deployment(workers, packageNames), WORKERS_GUARDS),
      {
        parent: this,
        customTimeouts: workerTimeouts(workers),
      },
    );
    new k8s.policy.v1.PodDisruptionBudget(`${name}-budget`, disruptionBudget(workers), { parent: this });
    admitMonitoring(this, workers);
    if (hasAutoscale(workers)) createAutoscaler(this, name, workers, pods.metadata.name);

    this.deploymentName = pods.metadata.name;
    this.queues = pulumi.output(workers.queues);
    parts.set(this, { deployment: pods });
    this.registerOutputs(outputsOf(this));
  }

  /** The Deployment of the workers. */
  get deployment(): k8s.apps.v1.Deployment {
    return parts.of(this).deployment;
  }
}

function createAutoscaler(
  parent: CeleryWorkers,
  name: string,
  workers: ScaledWorkers,
  target: pulumi.Output<string>,
): void {
  const { management, trust } = workers.broker;
  if (workers.autoscale.by === ScaleBy.Cpu || !management) {
    const autoscaler = horizontalPodAutoscaler(workers, target);
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(`${name}-autoscaler`, autoscaler, { parent });
    return;
  }
  const tls = trust && new k8s.core.v1.ConfigMap(`${name}-autoscaler-tls`, triggerTls(workers), { parent });
  const authentication = new k8s.apiextensions.CustomResource(
    `${name}-autoscaler-login`,
    triggerAuthentication(workers, management, tls?.metadata.name),
    { parent },
  );
  new k8s.apiextensions.CustomResource(
    `${name}-autoscaler`,
    scaledObject(workers, target, authentication.metadata.name),
    { parent },
  );
}
