import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  horizontalPodAutoscaler,
  ScaledWorkers,
  scaledObject,
  scales,
  triggerAuthentication,
  triggerTls,
} from "./celery/autoscale";
import { deployment, disruptionBudget, workerTimeouts } from "./celery/deployment";
import { resolveWorkers } from "./celery/settings";
import { appProblems, managementProblems, queueProblems, workersProblems } from "./celery/validation";
import { PartsOf } from "./shared/partsOf";
import { nameProblems, refuse, requireKubernetesProvider } from "./shared/validation";
import {
  BrokerConnection,
  CeleryOptions,
  Compute,
  LedgerConnection,
  ScaleBy,
  Spread,
  WorkerAutoscale,
} from "./types";

/** What `CeleryWorkers` and the worker pools of a `HaCelery` have in common. Changing anything but `replicas` and `autoscale` replaces
 * the pods one by one, a new one first; each old one finishes its tasks. */
export interface WorkerOptions extends CeleryOptions {
  /** Queues that the workers take tasks from. They are declared as quorum queues.
   * @default `["tasks"]` */
  queues?: string[];
  /** Worker pods. Excludes `autoscale`.
   * @default 3 */
  replicas?: number;
  /** A number of worker pods that follows the load. Excludes `replicas`.
   * @default none: `replicas` pods */
  autoscale?: WorkerAutoscale;
  /** Tasks that one pod runs at a time, each in a process of its own.
   * @default 2 */
  concurrency?: number;
  /** Tasks that a pod holds for each process, the running one included. 4 keeps processes busy with tasks of a few milliseconds.
   * 1 suits tasks of seconds and more: none waits behind a long one, and a lost pod has nothing but running tasks run again.
   * @default 4 */
  prefetch?: number;
  /** Seconds that the longest task takes. A longer one is killed and run again. A stopping pod gets this and 30 s more to finish.
   * @default 3600 */
  longestTaskSeconds?: number;
  /** CPU and memory of each pod: of all its processes together.
   * @default 250m of CPU requested, 512Mi of memory */
  compute?: Compute;
  /** Whether two pods of the pool may share a Kubernetes node.
   * @default `preferred` */
  spread?: Spread;
  /** Switch on Celery's remote control and events, for Flower, `celery inspect` and revoking. Costs queues on single broker nodes:
   * a worker may have to wait for the return of a lost node before it goes on.
   * @default false */
  observable?: boolean;
  /** The container's command.
   * @default `celery --app APP worker` with options made of the above */
  command?: string[];
  /** How long `pulumi up` waits until all pods are ready, for example `5m`.
   * @default `10m` */
  readyTimeout?: string;
}

/** Arguments of `CeleryWorkers`. */
export interface CeleryWorkersArgs extends WorkerOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the application and the `ha_celery` Python package, by digest. */
  image: pulumi.Input<string>;
  /** What follows `celery --app`, for example `mail.tasks`. */
  app: string;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
  /** All queues of the application, the one for tasks that name no queue first. The same for every pool and job of it.
   * @default `queues` */
  appQueues?: string[];
  /** Where each execution is written down, for example `TaskLedger.connection`.
   * @default nowhere */
  ledger?: LedgerConnection;
}

interface Parts {
  deployment: k8s.apps.v1.Deployment;
}
const parts = new PartsOf<CeleryWorkers, Parts>();

/**
 * A pool of Celery workers that loses no task: each one is acknowledged after it ran, given back when its pod dies, and
 * finished before its pod is replaced. A pod is ready while it consumes.
 *
 * The liveness and readiness probes need `find` of GNU findutils in the image, which every image based on Debian has.
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
  /** Queues that the workers take tasks from. */
  readonly queues: pulumi.Output<string[]>;

  /**
   * @param name DNS label of at most 40 characters; unique in the namespace.
   * @param args See `CeleryWorkersArgs`.
   * @param opts Must give a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that names every problem of `args` at once.
   */
  constructor(name: string, args: CeleryWorkersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:CeleryWorkers", name, args, opts);
    requireKubernetesProvider(this, "CeleryWorkers", name);
    refuse(this, "CeleryWorkers", name, [
      ...nameProblems("name", name),
      ...appProblems(args.app),
      ...workersProblems(args),
      ...queueProblems("appQueues", args.appQueues),
      ...managementProblems(args),
    ]);
    const workers = resolveWorkers(name, args);

    const pods = new k8s.apps.v1.Deployment(`${name}-workers`, deployment(workers), {
      parent: this,
      customTimeouts: workerTimeouts(workers),
    });
    new k8s.policy.v1.PodDisruptionBudget(`${name}-budget`, disruptionBudget(workers), { parent: this });
    if (scales(workers)) createAutoscaler(this, name, workers, pods.metadata.name);

    this.deploymentName = pods.metadata.name;
    this.queues = pulumi.output(workers.queues);
    parts.set(this, { deployment: pods });
    this.registerOutputs({ deploymentName: this.deploymentName, queues: this.queues });
  }

  /** The Deployment of the workers. */
  get deployment(): k8s.apps.v1.Deployment {
    return parts.of(this).deployment;
  }
}

/** What sets the number of pods from now on. */
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
